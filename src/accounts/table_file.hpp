#pragma once

// Inside of accounts: the rows of an imported file, whatever its format.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/problems.hpp"

namespace reckoner::accounts {

struct Column {
  std::string_view name;
  bool required;  ///< every row has a value
};

struct TableRow {
  std::size_t line = 0;             ///< the line it starts on, from 1
  std::vector<std::string> values;  ///< one for each Column, in their order; "" where there is none
};

/// Reads CSV with a header, or JSON lines (one object a line whose members are strings, numbers or
/// null; a member that is missing is an empty value). Rows that cannot be read are left out and
/// become problems, as do unknown and missing columns. Missing values are not looked at here.
std::vector<TableRow> read_table(std::string_view file_name, std::string_view content,
                                 std::span<const Column> columns, Problems& problems);

/// Turns the values of one row into what they mean; whatever is wrong becomes a problem of its
/// line.
class RowValues {
 public:
  RowValues(const TableRow& row, std::span<const Column> columns, Problems& problems)
      : row_(row), columns_(columns), problems_(problems, row.line) {}

  /// target = parse(value). An empty value leaves the target as it is, and is a problem in a
  /// required column.
  template <class Target, class Parse>
  void read(std::size_t column, Target& target, Parse parse) {
    const std::string& value = row_.values[column];
    if (value.empty()) {
      if (columns_[column].required) add_missing(column);
      return;
    }
    check([&] { target = parse(value); });
  }

  /// Runs a check that throws Error for what is wrong.
  template <class Check>
  void check(Check run) {
    problems_.check(run);
  }

  /// Nothing was wrong with the row so far.
  bool good() const { return problems_.good(); }

 private:
  void add_missing(std::size_t column);

  const TableRow& row_;
  std::span<const Column> columns_;
  RowProblems problems_;
};

}  // namespace reckoner::accounts
