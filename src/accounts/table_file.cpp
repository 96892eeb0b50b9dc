#include "accounts/table_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "base/suggest.hpp"
#include "text/csv.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

std::vector<std::string> names_of(std::span<const Column> columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.emplace_back(column.name);
  return names;
}

/// Position among the columns; throws Error naming the nearest.
std::size_t position_of(std::string_view name, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw Error(fmt::format("unknown column '{}'{}", name, suggestion(name, names)));
  }
  return static_cast<std::size_t>(found - names.begin());
}

/// The column that each field of the header names; nothing when something is wrong with it.
std::optional<std::vector<std::size_t>> read_header(const text::CsvRow& header,
                                                    std::span<const Column> columns,
                                                    Problems& problems) {
  const std::vector<std::string> names = names_of(columns);
  std::vector<std::size_t> positions;
  bool good = true;
  const auto refuse = [&](std::string_view reason) {
    problems.add(header.line, reason);
    good = false;
  };
  for (const std::string& field : header.fields) {
    try {
      const std::size_t position = position_of(field, names);
      if (std::find(positions.begin(), positions.end(), position) != positions.end()) {
        refuse(fmt::format("column '{}' is there twice", field));
      }
      positions.push_back(position);
    } catch (const Error& error) {
      refuse(error.what());
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].required &&
        std::find(positions.begin(), positions.end(), i) == positions.end()) {
      refuse(fmt::format("the header has no column '{}'", columns[i].name));
    }
  }
  if (!good) return std::nullopt;
  return positions;
}

/// The line that a CSV reader's error names in its path ("line 17").
std::size_t line_of(const Error& error) {
  const std::string_view digits =
      std::string_view(error.path()).substr(std::string_view("line ").size());
  std::size_t line = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), line);
  return line;
}

std::vector<TableRow> read_csv(std::string_view content, std::span<const Column> columns,
                               Problems& problems) {
  std::vector<TableRow> rows;
  std::istringstream in{std::string(content)};
  text::CsvReader reader(in);
  try {
    text::CsvRow row;
    if (!reader.next(row)) {
      problems.add(1, "the file is empty: its first line must name the columns");
      return rows;
    }
    const auto positions = read_header(row, columns, problems);
    if (!positions) return rows;
    while (reader.next(row)) {
      if (row.fields.size() != positions->size()) {
        problems.add(row.line, fmt::format("{} fields, but the header has {}", row.fields.size(),
                                           positions->size()));
        continue;
      }
      TableRow& added = rows.emplace_back();
      added.line = row.line;
      added.values.resize(columns.size());
      for (std::size_t i = 0; i < row.fields.size(); ++i) {
        added.values[(*positions)[i]] = std::move(row.fields[i]);
      }
    }
  } catch (const Error& error) {
    problems.add(line_of(error), error.reason() + "; nothing behind it was read");
  }
  return rows;
}

std::string value_of(const text::Json::Member& member) {
  switch (member.value.kind()) {
    case text::Json::Kind::kNull:
      return "";
    case text::Json::Kind::kString:
      return member.value.as_string();
    case text::Json::Kind::kNumber:
      return member.value.as_number();
    case text::Json::Kind::kBoolean:
    case text::Json::Kind::kArray:
    case text::Json::Kind::kObject:
      break;
  }
  throw Error(fmt::format("{} is {}, not a string or a number", member.name,
                          text::to_string(member.value.kind())));
}

/// A JSON reader's error starts with line and column; the line is always the first here.
std::string in_one_line(std::string_view message) {
  return fmt::format("column {}", message.starts_with("1:") ? message.substr(2) : message);
}

void read_object(std::string_view line, const std::vector<std::string>& names, TableRow& row,
                 Problems& problems, bool& good) {
  const auto refuse = [&](std::string_view reason) {
    problems.add(row.line, reason);
    good = false;
  };
  text::Json json;
  try {
    json = text::parse_json(line);
  } catch (const Error& error) {
    return refuse(in_one_line(error.what()));
  }
  if (json.kind() != text::Json::Kind::kObject) {
    return refuse(fmt::format("{} is no row", text::to_string(json.kind())));
  }
  for (const text::Json::Member& member : json.as_object()) {
    try {
      row.values[position_of(member.name, names)] = value_of(member);
    } catch (const Error& error) {
      refuse(error.what());
    }
  }
}

std::vector<TableRow> read_json_lines(std::string_view content, std::span<const Column> columns,
                                      Problems& problems) {
  const std::vector<std::string> names = names_of(columns);
  std::vector<TableRow> rows;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    TableRow row{.line = number, .values = std::vector<std::string>(columns.size())};
    bool good = true;
    read_object(line, names, row, problems, good);
    if (good) rows.push_back(std::move(row));
  }
  return rows;
}

bool is_json_lines(std::string_view file_name, std::string_view content) {
  if (file_name.ends_with(".csv")) return false;
  if (file_name.ends_with(".jsonl") || file_name.ends_with(".json-lines")) return true;
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && content[first] == '{';
}

}  // namespace

std::vector<TableRow> read_table(std::string_view file_name, std::string_view content,
                                 std::span<const Column> columns, Problems& problems) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  return is_json_lines(file_name, content) ? read_json_lines(content, columns, problems)
                                           : read_csv(content, columns, problems);
}

void RowValues::add_missing(std::size_t column) {
  problems_.add(fmt::format("{} is missing", columns_[column].name));
}

}  // namespace reckoner::accounts
