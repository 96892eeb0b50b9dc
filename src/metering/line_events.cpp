#include "metering/line_events.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace reckoner::metering {

namespace {
using Kind = text::Json::Kind;

std::optional<text::Json> value_of(const Origin& origin, const LineEvents::Lookup& lookup) {
  if (origin.is_constant) return text::Json::string(origin.text);
  return lookup(origin.text);
}

/// The text of an attribute; empty where the line has none.
std::string text_of(std::string_view attribute, const Origin& origin,
                    const LineEvents::Lookup& lookup) {
  const auto value = value_of(origin, lookup);
  if (!value || value->is_null()) return "";
  if (value->kind() == Kind::kString) return value->as_string();
  if (value->kind() == Kind::kNumber) return value->as_number();
  throw Error(fmt::format("the {} in '{}' is {}, not a text", attribute, origin.text,
                          text::to_string(value->kind())));
}

/// Whether a time says its zone: it ends with Z or with an offset such as +02:00.
bool has_zone(std::string_view time) {
  if (time.size() < 6) return true;  // no time at all: parse_instant says so
  const char offset = time[time.size() - 6];
  return time.back() == 'Z' || time.back() == 'z' || offset == '+' ||
         (offset == '-' && time[time.size() - 3] == ':');
}

time::Instant instant_of(std::string_view text, bool utc_assumed) {
  if (text.empty()) throw Error("the time is missing");
  if (has_zone(text)) return time::parse_instant(text);
  if (!utc_assumed) {
    throw Error(fmt::format("time '{}' has no zone (the mapping may say time-zone=UTC)", text));
  }
  return time::parse_instant(std::string(text) + 'Z');
}
}  // namespace

bool next_line(std::string_view& rest, Line& line) {
  if (rest.empty()) return false;
  const std::size_t end = rest.find('\n');
  line.is_ended = end != std::string_view::npos;
  line.text = rest.substr(0, end);
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  ++line.number;
  rest.remove_prefix(line.is_ended ? end + 1 : rest.size());
  return true;
}

std::string_view without_mark(std::string_view content) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  return content.starts_with(kMark) ? content.substr(kMark.size()) : content;
}

void require_subject_time_type(const Mapping& mapping) {
  if (!mapping.subject) throw Error("the mapping has no subject (such as subject=tenant)");
  if (!mapping.time) throw Error("the mapping has no time (such as time=timestamp)");
  if (!mapping.type) throw Error("the mapping has no type (such as type:=bandwidth)");
}

std::vector<std::string> names_used(const Mapping& mapping) {
  std::vector<std::string> names;
  for (const auto* origin : {&mapping.id, &mapping.subject, &mapping.time, &mapping.type}) {
    if (*origin && !(*origin)->is_constant) names.push_back((*origin)->text);
  }
  for (const Mapping::DataMember& member : mapping.data) {
    if (!member.origin.is_constant) names.push_back(member.origin.text);
  }
  return names;
}

LineEvents::LineEvents(const EventFile& file, const Mapping& mapping)
    : file_(file), mapping_(mapping) {}

void LineEvents::add(std::size_t line, std::string_view identity, const Lookup& lookup) {
  try {
    UsageEvent event = event_of(identity, lookup);
    check(event);
    events_.push_back(std::move(event));
  } catch (const Error& error) {
    refuse(line, error.what());
  }
}

void LineEvents::add(UsageEvent event) {
  events_.push_back(std::move(event));
}

void LineEvents::refuse(std::size_t line, std::string_view reason) {
  ++refused_;
  if (messages_.size() < kLineMessagesMax) {
    messages_.push_back(fmt::format("{}:{}: {}", file_.name, line, reason));
  }
}

std::vector<UsageEvent> LineEvents::finish() {
  if (refused_ > 0) throw UnreadableLines(std::move(messages_), refused_);
  return std::move(events_);
}

UsageEvent LineEvents::event_of(std::string_view identity, const Lookup& lookup) {
  UsageEvent event;
  event.source = file_.source;
  event.id = mapping_.id ? text_of("id", *mapping_.id, lookup) : id_of_line(identity);
  event.type = text_of("type", *mapping_.type, lookup);
  event.subject = text_of("subject", *mapping_.subject, lookup);
  event.occurred_at = instant_of(text_of("time", *mapping_.time, lookup), mapping_.utc_assumed);
  std::vector<text::Json::Member> data;
  for (const Mapping::DataMember& member : mapping_.data) {
    if (auto value = value_of(member.origin, lookup)) {
      data.push_back({member.name, *std::move(value)});
    }
  }
  event.data = text::Json::object(std::move(data));
  return event;
}

std::string LineEvents::id_of_line(std::string_view identity) {
  std::string hash = to_hex(sha256(identity));
  const std::size_t ordinal = ++seen_[hash];
  return fmt::format("{}-{}", hash, ordinal);
}

}  // namespace reckoner::metering
