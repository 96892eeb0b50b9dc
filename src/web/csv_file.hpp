#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "text/csv.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// A table as a file to download, in UTF-8. `write` puts header and rows into it; text cells that a
/// spreadsheet would run as a formula get an apostrophe in front (text::CsvWriter), numbers stay.
/// The name is without ".csv".
Response csv_file(std::string_view name, const std::function<void(text::CsvWriter&)>& write);

}  // namespace reckoner::web
