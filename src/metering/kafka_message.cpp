#include "metering/kafka_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "metering/cloud_event.hpp"
#include "text/json.hpp"
#include "text/utf8.hpp"

namespace reckoner::metering {

namespace {
using text::Json;

constexpr std::string_view kAttributePrefix = "ce_";
constexpr std::size_t kProblemsMax = 10;  ///< of one message
constexpr std::size_t kProblemBytesMax = 1000;

std::string_view header(const KafkaMessage& message, std::string_view name) {
  for (const auto& [given, value] : message.headers) {
    if (given == name) return value;
  }
  return {};
}

/// "application/json" of "Application/JSON; charset=utf-8".
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t'; });
  std::transform(type.begin(), type.end(), type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

bool is_json(std::string_view type) {
  return type.empty() || type == "application/json" || type == "text/json" ||
         type.ends_with("+json");
}

Json parse_value(std::string_view value) {
  try {
    return text::parse_json(value);
  } catch (Error& error) {
    error.in("the value is not JSON");
    throw;
  }
}

/// The structured form of an event in binary mode.
Json structured(const KafkaMessage& message) {
  const std::string_view content_type = header(message, "content-type");
  std::vector<Json::Member> members;
  for (const auto& [name, value] : message.headers) {
    if (!name.starts_with(kAttributePrefix)) continue;
    const std::string_view attribute = name.substr(kAttributePrefix.size());
    if (attribute == "data" || attribute == "data_base64") continue;  // the value is the data
    members.push_back({std::string(attribute), Json::string(std::string(value))});
  }
  if (!message.value.empty()) {
    if (!is_json(media_type(content_type))) {
      throw Error(fmt::format("content-type '{}' cannot be read: send JSON", content_type));
    }
    members.push_back({"data", parse_value(message.value)});
  }
  return Json::object(std::move(members));
}

UsageEvent event_of(const Json& json, std::string_view namespace_name) {
  if (json.kind() != Json::Kind::kObject) {
    throw Error(fmt::format("{} is no event", text::to_string(json.kind())));
  }
  UsageEvent event = from_cloud_event(json);
  event.namespace_name = namespace_name;
  return event;
}

KafkaContent read_batch(const std::vector<Json>& items, std::string_view namespace_name) {
  KafkaContent content;
  std::size_t problems = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      content.events.push_back(event_of(items[i], namespace_name));
    } catch (const Error& error) {
      if (++problems > kProblemsMax) continue;
      if (problems > 1) content.problem += "; ";
      content.problem += fmt::format("item {}: {}", i, error.what());
    }
  }
  if (problems > kProblemsMax) {
    content.problem += fmt::format("; and {} more", problems - kProblemsMax);
  }
  if (items.empty()) content.problem = "a batch without events";
  return content;
}

/// What is wrong may quote the message, which can be long and hold anything.
std::string readable(std::string_view problem) {
  std::string text = text::printable(problem.substr(0, kProblemBytesMax));
  if (problem.size() > kProblemBytesMax) text += " …";
  return text;
}

KafkaContent read_content(const KafkaMessage& message, std::string_view namespace_name) {
  if (!header(message, "ce_specversion").empty()) {
    return {{event_of(structured(message), namespace_name)}, ""};
  }
  if (message.value.empty()) throw Error("a message without value");
  const Json json = parse_value(message.value);
  if (json.kind() == Json::Kind::kArray) return read_batch(json.as_array(), namespace_name);
  return {{event_of(json, namespace_name)}, ""};
}
}  // namespace

KafkaContent read_kafka_message(const KafkaMessage& message, std::string_view namespace_name) {
  KafkaContent content;
  try {
    content = read_content(message, namespace_name);
  } catch (const Error& error) {
    content.problem = error.what();
  }
  content.problem = readable(content.problem);
  return content;
}

std::string position_of(const KafkaMessage& message) {
  return fmt::format("{}/{}/{}", message.topic, message.partition, message.offset);
}

}  // namespace reckoner::metering
