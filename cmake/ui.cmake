# reckoner_ui: the pages for browsers, src/web/ui built by npm and compiled in as
# `std::span<const EmbeddedFile> reckoner::ui::embedded_files()`. Packages are those of package-lock.json; the build works on a copy
# in the build directory, and only when something has changed.
option(RECKONER_UI "Build the pages for browsers (needs Node.js 18.18 or newer, and npm)" ON)
if(NOT RECKONER_UI)
  return()
endif()

find_program(NODE NAMES node nodejs)
find_program(NPM npm)
if(NOT NODE OR NOT NPM)
  message(FATAL_ERROR "The pages for browsers need node and npm, which are not here: scripts/install-deps installs them, "
                      "and -DRECKONER_UI=OFF builds without the pages.")
endif()
execute_process(COMMAND ${NODE} --version OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "^v" "" node_version "${node_version}")
if(node_version VERSION_LESS 18.18)
  message(FATAL_ERROR "The pages for browsers need Node.js 18.18 or newer; ${NODE} is ${node_version}. "
                      "-DRECKONER_UI=OFF builds without the pages.")
endif()

set(ui ${CMAKE_SOURCE_DIR}/src/web/ui)
set(ui_copy ${CMAKE_BINARY_DIR}/pages/web/ui)
file(GLOB_RECURSE ui_sources CONFIGURE_DEPENDS ${ui}/src/* ${ui}/public/* ${ui}/scripts/*)
file(GLOB ui_top CONFIGURE_DEPENDS ${ui}/*.json ${ui}/*.ts ${ui}/*.js ${ui}/*.html)
list(FILTER ui_sources EXCLUDE REGEX "/schema\\.d\\.ts$")

add_custom_command(OUTPUT ${ui_copy}/packages.stamp
  COMMAND ${CMAKE_COMMAND} -E make_directory ${ui_copy}
  COMMAND ${CMAKE_COMMAND} -E copy ${ui}/package.json ${ui}/package-lock.json ${ui_copy}
  COMMAND ${CMAKE_COMMAND} -E chdir ${ui_copy} ${NPM} ci --no-audit --no-fund --ignore-scripts --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${ui_copy}/packages.stamp
  DEPENDS ${ui}/package.json ${ui}/package-lock.json
  COMMENT "Getting the packages of the pages" VERBATIM)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/pages/pages.cpp
  COMMAND ${CMAKE_COMMAND} -DUI=${ui} -DCOPY=${ui_copy} -DNPM=${NPM} -DNODE=${NODE} -DSOURCE=${CMAKE_SOURCE_DIR}
          -DOUTPUT=${CMAKE_BINARY_DIR}/pages/pages.cpp -P ${CMAKE_SOURCE_DIR}/cmake/build_ui.cmake
  DEPENDS ${ui_copy}/packages.stamp ${ui_sources} ${ui_top} ${CMAKE_SOURCE_DIR}/src/web/openapi.yaml
          ${CMAKE_SOURCE_DIR}/cmake/build_ui.cmake ${CMAKE_SOURCE_DIR}/cmake/compress_pages.mjs
          ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
  COMMENT "Building the pages for browsers" VERBATIM)

add_library(reckoner_ui STATIC ${CMAKE_BINARY_DIR}/pages/pages.cpp)
target_link_libraries(reckoner_ui PUBLIC reckoner_base)
