#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace reckoner::test {

/// A file of the source tree, byte by byte.
inline std::string read_source(const std::string& name) {
  std::ifstream in(std::string(RECKONER_SOURCE_DIR) + "/" + name, std::ios::binary);
  if (!in) throw std::runtime_error(name + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace reckoner::test
