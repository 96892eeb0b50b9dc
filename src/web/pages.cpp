#include "web/pages.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {
constexpr std::int64_t kDefault = 50;
}  // namespace

PageRequest page_request(const Request& request, std::size_t parts) {
  PageRequest page;
  page.limit = static_cast<std::size_t>(
      number_parameter(request, "limit", 1, static_cast<std::int64_t>(kPageMax), kDefault));
  const auto cursor = request.parameter("cursor");
  if (!cursor || cursor->empty()) return page;
  page.behind.emplace();
  try {
    const text::Json json = text::parse_json(from_hex(*cursor));
    for (const text::Json& part : json.as_array()) page.behind->push_back(part.as_string());
    if (page.behind->size() != parts) throw Error(fmt::format("{} parts are expected", parts));
  } catch (const Error&) {
    throw Problem(400, "cursor is none that this list gave");
  }
  return page;
}

std::string cursor_of(const std::vector<std::string>& parts) {
  text::JsonWriter json;
  json.begin_array();
  for (const std::string& part : parts) json.string(part);
  json.end_array();
  return to_hex(json.finish());
}

void write_next(text::JsonWriter& json, const std::optional<std::string>& cursor) {
  json.key("next");
  cursor ? json.string(*cursor) : json.null();
}

}  // namespace reckoner::web
