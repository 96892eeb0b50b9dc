#include "text/table.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::text {
namespace {

constexpr std::string_view kGap = "  ";

void end_line(std::string& out) {
  out.erase(out.find_last_not_of(' ') + 1);
  out += '\n';
}

}  // namespace

Table::Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {
  RK_CHECK(!columns_.empty());
}

void Table::add(std::vector<std::string> cells) {
  RK_CHECK(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::to_string() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    widths.push_back(width(titles.back()));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += kGap;
      out += columns_[i].align == Align::kRight ? pad_left(cells[i], widths[i])
                                                : pad_right(cells[i], widths[i]);
    }
    end_line(out);
  };
  line(titles);
  std::vector<std::string> rule;
  for (const std::size_t columns : widths) rule.emplace_back(columns, '-');
  line(rule);
  for (const auto& row : rows_) line(row);
  return out;
}

}  // namespace reckoner::text
