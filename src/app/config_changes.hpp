#pragma once

#include <string>
#include <vector>

#include "config/files.hpp"

namespace reckoner::app {

/// What became of one file between two configuration versions.
struct FileChange {
  std::string name;
  std::string kind;                  ///< "added", "removed", "changed"
  std::vector<std::string> removed;  ///< lines only the old file has, "12: text", in its order
  std::vector<std::string> added;    ///< lines only the new file has
};

/// By file name; files that are equal are left out.
std::vector<FileChange> changes_between(const config::Files& before, const config::Files& after);

}  // namespace reckoner::app
