#pragma once

// Inside of accounts: what is wrong with a file, gathered.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace reckoner::accounts {

/// Gathers the problems of one file by line, in any order; keeps the first kImportProblemsMax.
class Problems {
 public:
  explicit Problems(std::string_view file_name) : file_name_(file_name) {}

  /// Several problems of a line stand in the order they were added.
  void add(std::size_t line, std::string_view reason);
  /// Throws ImportError when there is one.
  void throw_if_any() const;

 private:
  std::string file_name_;
  std::multimap<std::size_t, std::string> reasons_;
  std::size_t total_ = 0;
};

}  // namespace reckoner::accounts
