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

Response download(std::string_view name, std::string_view ending, std::string content_type,
                  std::string content) {
  std::string plain(name);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return !is_plain(c); }, '-');
  return {200,
          std::move(content_type),
          std::move(content),
          {{"Content-Disposition", fmt::format("attachment; filename=\"{}.{}\"", plain, ending)}}};
}

Response csv_file(std::string_view name, const std::function<void(text::CsvWriter&)>& write) {
  std::ostringstream out;
  text::CsvWriter csv(out);
  write(csv);
  return download(name, "csv", "text/csv; charset=utf-8", std::move(out).str());
}

}  // namespace reckoner::web
