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

/// The same of any number of rows, written while it is sent: `write` is called by the connection's
/// thread, and calls `pass_on` now and then to send the rows that are whole.
using PassOn = std::function<void()>;
Response csv_stream(std::string_view name,
                    std::function<void(text::CsvWriter&, const PassOn& pass_on)> write);

}  // namespace reckoner::web
