#include "metering/kafka_message.hpp"

#include <fmt/format.h>

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
  std::vector<Json::Member> members;
  for (const auto& [name, value] : message.headers) {
    if (!name.starts_with(kAttributePrefix)) continue;
    const std::string_view attribute = name.substr(kAttributePrefix.size());
    if (attribute.starts_with("data")) continue;  // no attribute: the value is the data
    members.push_back({std::string(attribute), Json::string(std::string(value))});
  }
  const std::string type = media_type_of(header(message, "content-type"));
  members.push_back({"data", cloud_event_data(type, message.value)});
  return Json::object(std::move(members));
}

UsageEvent event_of(Json json, const KafkaMessage& message, std::string_view namespace_name) {
  UsageEvent event = from_cloud_event(std::move(json), message.sent_at);
  event.namespace_name = namespace_name;
  return event;
}

KafkaContent read_batch(std::vector<Json> items, const KafkaMessage& message,
                        std::string_view namespace_name) {
  KafkaContent content;
  std::size_t problems = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      content.events.push_back(event_of(std::move(items[i]), message, namespace_name));
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
    return {{event_of(structured(message), message, namespace_name)}, ""};
  }
  if (message.value.empty()) throw Error("a message without value");
  Json json = parse_value(message.value);
  if (json.kind() == Json::Kind::kArray) {
    return read_batch(json.take_array(), message, namespace_name);
  }
  return {{event_of(std::move(json), message, namespace_name)}, ""};
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
