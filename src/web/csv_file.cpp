#include "web/csv_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace reckoner::web {

namespace {
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}
}  // namespace

Response csv_file(std::string_view name, const std::function<void(text::CsvWriter&)>& write) {
  std::string plain(name);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return !is_plain(c); }, '-');
  std::ostringstream out;
  text::CsvWriter csv(out);
  write(csv);
  return {200,
          "text/csv; charset=utf-8",
          std::move(out).str(),
          {{"Content-Disposition", fmt::format("attachment; filename=\"{}.csv\"", plain)}}};
}

}  // namespace reckoner::web
