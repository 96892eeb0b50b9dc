#include "metering/cloud_event.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "metering/base64.hpp"
#include "text/utf8.hpp"

namespace reckoner::metering {

namespace {
/// An attribute's text; empty when it is null.
std::string attribute(std::string_view name, const text::Json& value) {
  if (value.is_null()) return "";
  if (value.kind() != text::Json::Kind::kString) {
    throw Error(
        fmt::format("attribute '{}' is {}, not a string", name, text::to_string(value.kind())));
  }
  return value.as_string();
}

void check_version(std::string_view version) {
  if (version.empty()) throw Error("the event has no specversion");
  if (version != "1.0") {
    throw Error(fmt::format("specversion is '{}': only 1.0 can be read", version));
  }
}

text::Json data_of_base64(std::string_view content_type, std::string_view base64) {
  try {
    return cloud_event_data(media_type_of(content_type), from_base64(base64));
  } catch (Error& error) {
    error.in("data_base64");
    throw;
  }
}
}  // namespace

UsageEvent from_cloud_event(text::Json json, std::optional<time::Instant> time_if_missing) {
  if (json.kind() != text::Json::Kind::kObject) {
    throw Error(fmt::format("{} is no event", text::to_string(json.kind())));
  }
  UsageEvent event;
  std::string version;
  std::string time;
  std::string content_type;
  std::optional<std::string> base64;
  for (text::Json::Member& member : json.take_object()) {
    const std::string_view name = member.name;
    if (name == "data") {
      event.data = std::move(member.value);
    } else if (name == "data_base64") {
      if (!member.value.is_null()) base64 = attribute(name, member.value);
    } else if (name == "id") {
      event.id = attribute(name, member.value);
    } else if (name == "source") {
      event.source = attribute(name, member.value);
    } else if (name == "type") {
      event.type = attribute(name, member.value);
    } else if (name == "subject") {
      event.subject = attribute(name, member.value);
    } else if (name == "time") {
      time = attribute(name, member.value);
    } else if (name == "specversion") {
      version = attribute(name, member.value);
    } else if (name == "datacontenttype") {
      content_type = attribute(name, member.value);
    }
  }
  check_version(version);
  if (time.empty() && !time_if_missing) throw Error("the event has no time");
  event.occurred_at = time.empty() ? *time_if_missing : time::parse_instant(time);
  if (base64) {
    if (!event.data.is_null()) throw Error("the event has both data and data_base64");
    event.data = data_of_base64(content_type, *base64);
  }
  check(event);
  return event;
}

text::Json cloud_event_data(std::string_view media_type, std::string_view bytes) {
  if (bytes.empty()) return {};
  if (media_type.empty() || is_json_type(media_type)) {
    try {
      return text::parse_json(bytes);
    } catch (Error& error) {
      error.in("the data are not JSON");
      throw;
    }
  }
  return text::Json::string(text::find_invalid_utf8(bytes) ? to_base64(bytes) : std::string(bytes));
}

std::string media_type_of(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t'; });
  std::transform(type.begin(), type.end(), type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

bool is_json_type(std::string_view media_type) {
  return media_type.ends_with("/json") || media_type.ends_with("+json");
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
