#include "metering/http_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "metering/cloud_event.hpp"
#include "text/json.hpp"

namespace reckoner::metering {

namespace {

constexpr std::string_view kStructured = "application/cloudevents+json";
constexpr std::string_view kBatch = "application/cloudevents-batch+json";
constexpr std::string_view kPlain = "application/json";

/// The charset that a content type names, in lower case; empty when it names none.
std::string charset_of(std::string_view content_type) {
  std::size_t at = content_type.find(';');
  while (at != std::string_view::npos) {
    const std::size_t end = content_type.find(';', at + 1);
    std::string parameter = media_type_of(content_type.substr(at + 1, end - at - 1));
    std::erase(parameter, '"');
    if (parameter.starts_with("charset=")) return parameter.substr(8);
    at = end;
  }
  return "";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// A quoted string without its quotes and backslashes; any other value as it is (RFC 9110, 5.6.4).
std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  std::string text;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) ++i;
    text += value[i];
  }
  return text;
}

/// One round of percent-decoding. A '%' that begins no escape is kept: published clients send
/// values as they are.
std::string decoded(std::string_view value) {
  const std::string text = unquoted(value);
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        result += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

/// The attribute's header as it was sent; none when it is missing.
std::optional<std::string_view> attribute(const HttpMessage& message, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& [known, value] : message.attributes) {
    if (known != name) continue;
    if (found) throw Error(fmt::format("the header ce-{} is there twice", name));
    found = value;
  }
  return found;
}

std::string decoded_attribute(const HttpMessage& message, std::string_view name) {
  return decoded(attribute(message, name).value_or(std::string_view()));
}

UsageEvent read_binary(const HttpMessage& message, std::string_view media_type,
                       const HttpEventRules& rules) {
  const std::string version = decoded_attribute(message, "specversion");
  if (version != "1.0") {
    throw Error(fmt::format("specversion is '{}': only 1.0 can be read", version));
  }
  UsageEvent event;
  event.namespace_name = rules.namespace_name;
  event.source = decoded_attribute(message, "source");
  event.id = decoded_attribute(message, "id");
  event.type = decoded_attribute(message, "type");
  event.subject = decoded_attribute(message, "subject");
  const std::string time = decoded_attribute(message, "time");
  event.occurred_at = time.empty() ? rules.received_at : time::parse_instant(time);
  check(event);
  event.data = cloud_event_data(media_type, message.body);
  return event;
}

std::vector<UsageEvent> read_batch(std::vector<text::Json> items, const HttpEventRules& rules) {
  if (items.size() > rules.events_max) {
    throw TooManyEvents(
        fmt::format("the batch has {} events, of {} allowed", items.size(), rules.events_max));
  }
  std::vector<UsageEvent> events;
  events.reserve(items.size());
  std::vector<NotCloudEvents::Problem> problems;
  std::size_t total = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      events.push_back(from_cloud_event(std::move(items[i]), rules.received_at));
      events.back().namespace_name = rules.namespace_name;
    } catch (const Error& error) {
      if (++total <= kProblemsMax) problems.push_back({i, error.what()});
    }
  }
  if (total > 0) throw NotCloudEvents(std::move(problems), total, items.size());
  return events;
}

std::vector<UsageEvent> read_one(text::Json json, const HttpEventRules& rules) {
  std::vector<UsageEvent> events;
  events.push_back(from_cloud_event(std::move(json), rules.received_at));
  events.back().namespace_name = rules.namespace_name;
  return events;
}

}  // namespace

NotCloudEvents::NotCloudEvents(std::vector<Problem> problems, std::size_t total, std::size_t of)
    : Error(fmt::format("{} of {} events cannot be read: nothing was stored", total, of)),
      problems_(std::move(problems)) {}

std::vector<UsageEvent> read_http_events(const HttpMessage& message, const HttpEventRules& rules) {
  const std::string type = media_type_of(message.content_type);
  const std::string charset = charset_of(message.content_type);
  const bool binary =
      attribute(message, "specversion").has_value() && type != kStructured && type != kBatch;
  const bool json_text = is_json_type(type);
  if (json_text && !charset.empty() && charset != "utf-8" && charset != "us-ascii") {
    throw UnsupportedMedia(fmt::format("charset {} is not understood: send UTF-8", charset));
  }
  if (binary) {
    std::vector<UsageEvent> events;
    events.push_back(read_binary(message, type, rules));
    return events;
  }
  if (type != kStructured && type != kBatch && type != kPlain) {
    throw UnsupportedMedia(
        fmt::format("content type '{}' is none of events: send {}, {} or {}, or the headers of "
                    "CloudEvents' binary mode",
                    type, kStructured, kBatch, kPlain));
  }
  text::Json json = text::parse_json(message.body);
  const bool array = json.kind() == text::Json::Kind::kArray;
  if (type == kStructured && array)
    throw Error("the body is an array: a batch is of type " + std::string(kBatch));
  if (type == kBatch && !array) {
    throw Error(fmt::format("the body is {}: a batch is an array", text::to_string(json.kind())));
  }
  return array ? read_batch(json.take_array(), rules) : read_one(std::move(json), rules);
}

}  // namespace reckoner::metering
