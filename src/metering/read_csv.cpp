#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/suggest.hpp"
#include "metering/line_events.hpp"
#include "metering/reader.hpp"
#include "text/csv.hpp"

namespace reckoner::metering {

namespace {
using Columns = std::map<std::string, std::size_t, std::less<>>;

/// Position of each column that the mapping uses.
Columns find_columns(const text::CsvRow& header, const Mapping& mapping) {
  Columns columns;
  for (const std::string& name : names_used(mapping)) {
    const auto found = std::find(header.fields.begin(), header.fields.end(), name);
    if (found == header.fields.end()) {
      throw Error(
          fmt::format("the header has no column '{}'{}", name, suggestion(name, header.fields)));
    }
    if (std::count(found, header.fields.end(), name) > 1) {
      throw Error(fmt::format("the header has column '{}' twice", name));
    }
    columns[name] = static_cast<std::size_t>(found - header.fields.begin());
  }
  return columns;
}

/// What identifies a row: its fields, length-prefixed, so that neither quoting nor line ends count.
std::string identity_of(const text::CsvRow& row) {
  std::string identity;
  for (const std::string& field : row.fields) {
    identity += fmt::format("{}:{},", field.size(), field);
  }
  return identity;
}

/// The line that a CSV reader's error names in its path ("line 17").
std::size_t line_of(const Error& error) {
  const std::string_view digits =
      std::string_view(error.path()).substr(std::string_view("line ").size());
  std::size_t line = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), line);
  return line;
}

/// Refuses a last row that is still being written: without an id of its own it would count again,
/// as another one, once it is complete.
void refuse_unfinished_row(std::istream& in, const Mapping& mapping, std::size_t line,
                           LineEvents& events) {
  if (mapping.id) return;
  in.clear();
  in.seekg(-1, std::ios::end);
  if (in.get() == '\n') return;
  events.refuse(line,
                "the last line has no line end, so it may not be complete: end it, or map an id");
}

void read_rows(text::CsvReader& reader, const text::CsvRow& header, const Columns& columns,
               LineEvents& events, std::size_t& last_line) {
  for (text::CsvRow row; reader.next(row);) {
    last_line = row.line;
    if (row.fields.size() != header.fields.size()) {
      events.refuse(row.line, fmt::format("{} fields, but the header has {}", row.fields.size(),
                                          header.fields.size()));
      continue;
    }
    events.add(row.line, identity_of(row), [&](std::string_view name) {
      return text::Json::string(row.fields[columns.find(name)->second]);
    });
  }
}
}  // namespace

void read_csv(const EventStream& file, const Mapping& mapping, const Pieces& pieces) {
  require_subject_time_type(mapping);
  LineEvents events(file, mapping, pieces);
  file.in.clear();
  file.in.seekg(0);
  text::CsvReader reader(file.in);
  try {
    text::CsvRow header;
    if (!reader.next(header)) return;
    Columns columns;
    try {
      columns = find_columns(header, mapping);
    } catch (Error& error) {
      error.in(fmt::format("{}:{}", file.name, header.line));
      throw;
    }
    std::size_t last_line = header.line;
    read_rows(reader, header, columns, events, last_line);
    if (last_line != header.line) refuse_unfinished_row(file.in, mapping, last_line, events);
  } catch (const Error& error) {
    if (!error.path().starts_with("line ")) throw;
    events.refuse(line_of(error), error.reason() + "; nothing behind it was read");
  }
  events.finish();
}

}  // namespace reckoner::metering
