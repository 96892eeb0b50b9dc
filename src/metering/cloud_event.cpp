#include "metering/cloud_event.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
/// The attribute's text; empty when it is missing or null.
std::string attribute(const text::Json& json, std::string_view name) {
  const text::Json* value = json.find(name);
  if (value == nullptr || value->is_null()) return "";
  if (value->kind() != text::Json::Kind::kString) {
    throw Error(
        fmt::format("attribute '{}' is {}, not a string", name, text::to_string(value->kind())));
  }
  return value->as_string();
}
}  // namespace

UsageEvent from_cloud_event(const text::Json& json) {
  const std::string version = attribute(json, "specversion");
  if (version != "1.0") {
    throw Error(fmt::format("specversion is '{}': only 1.0 can be read", version));
  }
  if (json.find("data_base64") != nullptr) throw Error("data_base64 cannot be read: send data");
  const std::string time = attribute(json, "time");
  if (time.empty()) throw Error("the event has no time");

  UsageEvent event;
  event.source = attribute(json, "source");
  event.id = attribute(json, "id");
  event.type = attribute(json, "type");
  event.subject = attribute(json, "subject");
  event.occurred_at = time::parse_instant(time);
  if (const text::Json* data = json.find("data")) event.data = *data;
  check(event);
  return event;
}

std::string to_cloud_event(const UsageEvent& event) {
  text::JsonWriter json;
  json.begin_object().key("specversion").string("1.0").key("id").string(event.id);
  json.key("source").string(event.source).key("type").string(event.type);
  if (!event.subject.empty()) json.key("subject").string(event.subject);
  json.key("time").string(time::to_string(event.occurred_at));
  json.key("data").json(event.data).end_object();
  return json.finish();
}

}  // namespace reckoner::metering
