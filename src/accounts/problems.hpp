#pragma once

// Inside of accounts: what is wrong with a file, gathered.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace reckoner::accounts {

/// Gathers the problems of one file by line, in any order; keeps the first kImportProblemsMax.
class Problems {
 public:
  explicit Problems(std::string_view file_name) : file_name_(file_name) {}

  /// Several problems of a line stand in the order they were added.
  void add(std::size_t line, std::string_view reason);
  bool empty() const { return total_ == 0; }
  /// Throws ImportError when there is one.
  void throw_if_any() const;

 private:
  std::string file_name_;
  std::multimap<std::size_t, std::string> reasons_;
  std::size_t total_ = 0;
};

/// The problems of one line.
class RowProblems {
 public:
  RowProblems(Problems& problems, std::size_t line) : problems_(problems), line_(line) {}

  void add(std::string_view reason) {
    problems_.add(line_, reason);
    good_ = false;
  }
  /// Runs something that throws Error for what is wrong.
  template <class Check>
  void check(Check run) {
    try {
      run();
    } catch (const Error& error) {
      add(error.what());
    }
  }
  /// There is none so far.
  bool good() const { return good_; }

 private:
  Problems& problems_;
  std::size_t line_;
  bool good_ = true;
};

}  // namespace reckoner::accounts
