#include "web/request_object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "text/utf8.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kReasonMax = 4'000;      // characters
constexpr std::size_t kCharacterBytesMax = 4;  // in UTF-8

template <class Read>
auto read_member(std::string_view name, Read read) {
  try {
    return read();
  } catch (const Error& error) {
    throw Problem(400, fmt::format("{}: {}", name, error.reason()));
  }
}

}  // namespace

RequestObject::RequestObject(const Request& request, std::initializer_list<std::string_view> known)
    : RequestObject(json_body(request), known) {}

RequestObject::RequestObject(text::Json object, std::initializer_list<std::string_view> known)
    : object_(std::move(object)) {
  for (const text::Json::Member& member : object_.as_object()) {
    if (std::find(known.begin(), known.end(), member.name) != known.end()) continue;
    throw Problem(
        400, fmt::format("unknown member '{}': there are {}", member.name, fmt::join(known, ", ")));
  }
}

const text::Json* RequestObject::member(std::string_view name) const {
  const text::Json* found = object_.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string RequestObject::text(std::string_view name, std::size_t bytes_max) const {
  auto value = optional_text(name);
  if (!value) throw Problem(400, fmt::format("{} is missing", name));
  if (value->size() > bytes_max) {
    throw Problem(400, fmt::format("{} has more than {} bytes", name, bytes_max));
  }
  return *std::move(value);
}

std::string RequestObject::reason() const {
  std::string reason = text("reason", kReasonMax * kCharacterBytesMax);
  if (text::width(reason) > kReasonMax) {
    throw Problem(400, fmt::format("reason has more than {} characters", kReasonMax));
  }
  return reason;
}

std::optional<std::string> RequestObject::optional_text(std::string_view name) const {
  const text::Json* found = member(name);
  if (found == nullptr) return std::nullopt;
  return read_member(name, [&] {
    if (found->as_string().find('\0') != std::string::npos) throw Error("it has a zero byte");
    return found->as_string();
  });
}

std::optional<bool> RequestObject::optional_boolean(std::string_view name) const {
  const text::Json* found = member(name);
  if (found == nullptr) return std::nullopt;
  return read_member(name, [&] { return found->as_boolean(); });
}

std::optional<time::Instant> RequestObject::optional_instant(std::string_view name) const {
  const auto found = optional_text(name);
  if (!found) return std::nullopt;
  return parse_time(name, *found);
}

std::optional<std::int64_t> RequestObject::optional_integer(std::string_view name, std::int64_t min,
                                                            std::int64_t max) const {
  const text::Json* found = member(name);
  if (found == nullptr) return std::nullopt;
  const auto number = read_member(name, [&] { return whole_number(found->as_number()); });
  if (!number || *number < min || *number > max) {
    throw Problem(400, fmt::format("{}: not a whole number from {} to {}", name, min, max));
  }
  return number;
}

std::vector<std::string> RequestObject::texts(std::string_view name) const {
  const text::Json* found = member(name);
  if (found == nullptr) throw Problem(400, fmt::format("{} is missing", name));
  return read_member(name, [&] {
    std::vector<std::string> items;
    for (const text::Json& item : found->as_array()) items.push_back(item.as_string());
    return items;
  });
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || text.front() == '-') {
    return std::nullopt;
  }
  return number;
}

}  // namespace reckoner::web
