# Builds the pages in COPY from the sources in UI, and writes them as C++ into OUTPUT (ui.cmake).
function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${COPY} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${said}\n${ARGV} failed")
  endif()
endfunction()

file(REMOVE_RECURSE ${COPY}/src ${COPY}/public ${COPY}/scripts ${COPY}/dist)
file(COPY ${UI}/ DESTINATION ${COPY}
     PATTERN node_modules EXCLUDE PATTERN dist EXCLUDE PATTERN schema.d.ts EXCLUDE PATTERN package-lock.json EXCLUDE)
file(COPY ${SOURCE}/src/web/openapi.yaml DESTINATION ${COPY}/..)
run(${NPM} run build)
run(${NODE} scripts/api-docs.mjs ../openapi.yaml dist)
run(${NODE} ${SOURCE}/cmake/compress_pages.mjs dist)
# The build's own list of what it made is no page.
file(REMOVE ${COPY}/dist/manifest.json)
set(FILES "")
set(BASE ${COPY}/dist)
set(NAMESPACE reckoner::ui)
include(${SOURCE}/cmake/embed_files.cmake)
