# Writes C++ that holds the FILES, divided by "|", or without them all files below BASE. The assembler reads their bytes: as literals
# of megabytes they would take a compiler minutes.
if(FILES)
  string(REPLACE "|" ";" FILES "${FILES}")
else()
  file(GLOB_RECURSE FILES ${BASE}/*)
endif()
set(code "#include \"base/embedded.hpp\"\n#include <array>\n")
set(rows "")
set(count 0)
string(MAKE_C_IDENTIFIER ${NAMESPACE} prefix)
foreach(file IN LISTS FILES)
  file(RELATIVE_PATH name ${BASE} ${file})
  file(SIZE ${file} size)
  set(symbol ${prefix}_file_${count})
  string(APPEND code "asm(\".section .rodata\\n${symbol}:\\n.incbin \\\"${file}\\\"\\n.byte 0\\n.previous\\n\");\n"
                     "extern \"C\" const char ${symbol}[];\n")
  string(APPEND rows "  reckoner::EmbeddedFile{\"${name}\", std::string_view(${symbol}, ${size})},\n")
  math(EXPR count "${count} + 1")
endforeach()
string(APPEND code "namespace ${NAMESPACE} {\nstd::span<const reckoner::EmbeddedFile> embedded_files();\n"
                   "static const std::array<reckoner::EmbeddedFile, ${count}> kFiles{{\n${rows}}};\n"
                   "std::span<const reckoner::EmbeddedFile> embedded_files() { return kFiles; }\n}\n")
file(WRITE ${OUTPUT} "${code}")
