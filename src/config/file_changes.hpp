#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/files.hpp"
#include "text/line_difference.hpp"

namespace reckoner::config {

/// What became of one file between two configuration versions.
struct FileChange {
  enum class Kind { kAdded, kRemoved, kChanged };
  std::string name;
  Kind kind = Kind::kChanged;
  std::vector<text::DifferentLine> lines;  ///< all of both files; none of a library
};
/// "added", "removed", "changed".
std::string_view to_string(FileChange::Kind kind);

/// Files by name, behind them libraries by name; what is equal is left out.
std::vector<FileChange> changes_between(const Files& before, const Files& after);

}  // namespace reckoner::config
