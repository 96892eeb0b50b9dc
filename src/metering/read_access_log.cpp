#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/suggest.hpp"
#include "metering/access_log.hpp"
#include "metering/line_events.hpp"
#include "metering/reader.hpp"

namespace reckoner::metering {

namespace {
const std::array<std::string, 8> kFields{"client", "user",  "time",    "request",
                                         "status", "bytes", "referer", "agent"};

text::Json field_of(const AccessLine& line, std::string_view name) {
  if (name == "client") return text::Json::string(std::string(line.client));
  if (name == "user") return text::Json::string(std::string(line.user));
  if (name == "time") return text::Json::string(access_time_in_rfc3339(line.time));
  if (name == "request") return text::Json::string(std::string(line.request));
  if (name == "status") return text::Json::string(std::string(line.status));
  if (name == "referer") return text::Json::string(std::string(line.referer));
  if (name == "agent") return text::Json::string(std::string(line.agent));
  RK_CHECK(name == "bytes");
  if (line.bytes == "-") return text::Json::number("0");
  // JSON numbers have no leading zeros.
  const std::size_t first = std::min(line.bytes.find_first_not_of('0'), line.bytes.size() - 1);
  return text::Json::number(std::string(line.bytes.substr(first)));
}

Mapping with_defaults(Mapping mapping) {
  if (!mapping.subject) mapping.subject = Origin{false, "client"};
  if (!mapping.time) mapping.time = Origin{false, "time"};
  if (mapping.data.empty()) mapping.data.push_back({"bytes", Origin{false, "bytes"}});
  return mapping;
}

void check_fields(const Mapping& mapping) {
  for (const std::string& name : names_used(mapping)) {
    if (std::find(kFields.begin(), kFields.end(), name) == kFields.end()) {
      throw Error(fmt::format("an access log has no field '{}'{}; it has {}", name,
                              suggestion(name, kFields), fmt::join(kFields, ", ")));
    }
  }
}
}  // namespace

void read_access_log(const EventStream& file, const Mapping& mapping, const Pieces& pieces) {
  const Mapping complete = with_defaults(mapping);
  require_subject_time_type(complete);
  check_fields(complete);
  LineEvents events(file, complete, pieces);
  file.in.clear();
  file.in.seekg(0);
  for (Line line; next_line(file.in, line);) {
    if (line.text.empty()) continue;
    const auto parsed = parse_access_line(line.text);
    if (!parsed) {
      events.refuse(line.number, "not a line of the combined log format");
    } else if (!parsed->is_closed && !line.is_ended) {
      events.refuse(line.number, "the last line is not complete");
    } else {
      events.add(line.number, line.text,
                 [&](std::string_view name) { return field_of(*parsed, name); });
    }
  }
  events.finish();
}

}  // namespace reckoner::metering
