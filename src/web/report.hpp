#pragma once

#include <optional>
#include <string>
#include <vector>

#include "text/csv.hpp"
#include "text/json.hpp"

namespace reckoner::web {

/// A table of figures that is told alike as JSON, CSV and text: said once.
struct Report {
  enum class Kind { kText, kNumber, kFlag };
  struct Column {
    std::string name;  ///< of the member and the column
    Kind kind = Kind::kText;
  };
  using Cell = std::optional<std::string>;  ///< none: null; a number in digits; "true" or "false"

  std::string name;                                            ///< of a file, without ".csv"
  std::vector<std::pair<std::string, std::string>> head = {};  ///< members beside the rows, texts
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows = {};
};

/// {HEAD…, "items": [{COLUMN: …}]}
void write_json(text::JsonWriter& json, const Report& report);
void write_csv(text::CsvWriter& csv, const Report& report);
std::string to_table(const Report& report);

}  // namespace reckoner::web
