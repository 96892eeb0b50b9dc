#include "web/report.hpp"

#include "base/error.hpp"
#include "text/table.hpp"

namespace reckoner::web {

void write_json(text::JsonWriter& json, const Report& report) {
  json.begin_object();
  for (const auto& [name, value] : report.head) json.key(name).string(value);
  json.key("items").begin_array();
  for (const auto& row : report.rows) {
    RK_CHECK(row.size() == report.columns.size());
    json.begin_object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json.key(report.columns[i].name);
      if (!row[i]) {
        json.null();
      } else if (report.columns[i].kind == Report::Kind::kFlag) {
        json.boolean(*row[i] == "true");
      } else {
        json.string(*row[i]);
      }
    }
    json.end_object();
  }
  json.end_array().end_object();
}

void write_csv(text::CsvWriter& csv, const Report& report) {
  for (const Report::Column& column : report.columns) csv.text(column.name);
  csv.end_row();
  for (const auto& row : report.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_number = report.columns[i].kind == Report::Kind::kNumber && row[i];
      is_number ? csv.number(*row[i]) : csv.text(row[i].value_or(""));
    }
    csv.end_row();
  }
}

std::string to_table(const Report& report) {
  std::vector<text::TableColumn> columns;
  for (const Report::Column& column : report.columns) {
    columns.push_back({column.name, column.kind == Report::Kind::kNumber ? text::Align::kRight
                                                                         : text::Align::kLeft});
  }
  text::Table table(std::move(columns));
  for (const auto& row : report.rows) {
    std::vector<std::string> cells;
    for (const Report::Cell& cell : row) cells.push_back(cell.value_or(""));
    table.add(std::move(cells));
  }
  return table.to_string();
}

}  // namespace reckoner::web
