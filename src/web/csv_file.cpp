#include "web/csv_file.hpp"

#include <fmt/format.h>

#include <sstream>

#include "web/download.hpp"

namespace reckoner::web {

Response csv_file(std::string_view name, const std::function<void(text::CsvWriter&)>& write) {
  std::ostringstream out;
  text::CsvWriter csv(out);
  write(csv);
  return download(fmt::format("{}.csv", name), "text/csv; charset=utf-8", std::move(out).str());
}

}  // namespace reckoner::web
