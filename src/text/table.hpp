#pragma once

#include <string>
#include <vector>

namespace reckoner::text {

enum class Align { kLeft, kRight };  ///< kRight is for numbers

struct TableColumn {
  std::string title;
  Align align = Align::kLeft;
};

/// A table for the terminal: a line of titles, a rule, a line a row; columns are as wide as their
/// widest cell and two blanks apart. Width is counted in code points; control characters are shown
/// as U+FFFD.
class Table {
 public:
  explicit Table(std::vector<TableColumn> columns);

  /// Adds a row with one cell for each column.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// Lines end with LF and have no blanks at their end.
  std::string to_string() const;

 private:
  std::vector<TableColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace reckoner::text
