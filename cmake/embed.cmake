# reckoner_embed(TARGET OUTPUT NAMESPACE FILES...): compiles files into TARGET as
# `std::span<const EmbeddedFile> NAMESPACE::embedded_files()`, sorted by name.
function(reckoner_embed target)
  cmake_parse_arguments(EMBED "" "NAMESPACE;BASE" "FILES" ${ARGN})
  string(MAKE_C_IDENTIFIER ${EMBED_NAMESPACE} name)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}_embedded.cpp)
  list(SORT EMBED_FILES)
  string(REPLACE ";" "|" files "${EMBED_FILES}")
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DNAMESPACE=${EMBED_NAMESPACE} -DBASE=${EMBED_BASE}
            "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${EMBED_FILES} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
