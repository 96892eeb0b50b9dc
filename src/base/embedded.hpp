#pragma once

#include <span>
#include <string_view>

namespace reckoner {

/// A text file compiled into the program (cmake/embed.cmake). Lives as long as the program.
struct EmbeddedFile {
  std::string_view name;
  std::string_view content;
};

}  // namespace reckoner
