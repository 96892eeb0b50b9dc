#include <fmt/format.h>

#include "metering/cloud_event.hpp"
#include "metering/line_events.hpp"
#include "metering/reader.hpp"
#include "meters/meter_reader.hpp"

namespace reckoner::metering {

namespace {
/// A JSON reader's message starts with line and column; the line is always the first here.
std::string_view without_line(std::string_view message) {
  return message.starts_with("1:") ? message.substr(2) : message;
}

void read_line(const Line& line, const Mapping& mapping, LineEvents& events) {
  text::Json json;
  try {
    json = text::parse_json(line.text);
  } catch (const Error& error) {
    events.refuse(line.number, fmt::format("column {}", without_line(error.what())));
    return;
  }
  if (json.kind() != text::Json::Kind::kObject) {
    events.refuse(line.number, fmt::format("{} is no event", text::to_string(json.kind())));
    return;
  }
  if (json.find("specversion") != nullptr) {
    try {
      events.add(from_cloud_event(json));
    } catch (const Error& error) {
      events.refuse(line.number, error.what());
    }
    return;
  }
  require_subject_time_type(mapping);
  events.add(line.number, line.text, [&](std::string_view path) -> std::optional<text::Json> {
    const text::Json* member = meters::find_path(json, path);
    if (member == nullptr) return std::nullopt;
    return *member;
  });
}
}  // namespace

std::vector<UsageEvent> read_json_lines(const EventFile& file, const Mapping& mapping) {
  LineEvents events(file, mapping);
  std::string_view rest = without_mark(file.content);
  for (Line line; next_line(rest, line);) {
    if (!line.text.empty()) read_line(line, mapping, events);
  }
  return events.finish();
}

}  // namespace reckoner::metering
