# Warnings are errors in our own code, on every target.
add_library(reckoner_warnings INTERFACE)
target_compile_options(reckoner_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wduplicated-cond -Wlogical-op -Wuseless-cast
  # With optimisation g++ 12 sees uninitialised values inside std::variant and std::optional where there are none.
  $<$<CONFIG:Release>:-Wno-maybe-uninitialized>)

# reckoner_floor(NAME DEPENDS lower...): the static library of src/NAME from all its sources.
# Third-party libraries come from NAME_LIBRARIES in dependencies.cmake, those that no header of the folder needs from
# NAME_PRIVATE_LIBRARIES. They stay private to the folder, except that
# base hands on the formatting library.
function(reckoner_floor name)
  cmake_parse_arguments(FLOOR "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  list(TRANSFORM FLOOR_DEPENDS PREPEND reckoner_ OUTPUT_VARIABLE lower)
  if(sources)
    add_library(reckoner_${name} STATIC ${sources})
    target_include_directories(reckoner_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(reckoner_${name} PUBLIC ${lower} PRIVATE reckoner_warnings)
    target_link_libraries(reckoner_${name} PUBLIC ${${name}_LIBRARIES} PRIVATE ${${name}_PRIVATE_LIBRARIES})
  else()
    add_library(reckoner_${name} INTERFACE)
    target_include_directories(reckoner_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(reckoner_${name} INTERFACE ${lower} ${${name}_LIBRARIES})
  endif()
endfunction()
