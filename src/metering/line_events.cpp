#include "metering/line_events.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "base/error.hpp"

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

bool next_line(std::istream& in, Line& line) {
  if (!std::getline(in, line.text)) return false;
  line.is_ended = !in.eof();
  if (line.text.ends_with('\r')) line.text.pop_back();
  ++line.number;
  return true;
}

void skip_mark(std::istream& in) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  in.clear();
  in.seekg(0);
  std::string first(kMark.size(), '\0');
  in.read(first.data(), static_cast<std::streamsize>(first.size()));
  if (in && first == kMark) return;
  in.clear();
  in.seekg(0);
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

LineEvents::LineEvents(const EventStream& file, const Mapping& mapping, const Pieces& pieces)
    : file_(file), mapping_(mapping), pieces_(pieces) {}

void LineEvents::add(std::size_t line, std::string_view identity, const Lookup& lookup) {
  UsageEvent event;
  try {
    event = event_of(identity, lookup);
    check(event);
  } catch (const Error& error) {
    refuse(line, error.what());
    return;
  }
  add(std::move(event));  // what the receiver of a piece throws is no fault of the line
}

void LineEvents::add(UsageEvent event) {
  if (refused_ > 0) return;
  events_.push_back(std::move(event));
  if (events_.size() == pieces_.events_max) hand_on();
}

void LineEvents::hand_on() {
  pieces_.take(std::exchange(events_, {}),
               file_.in.rdbuf()->pubseekoff(0, std::ios::cur, std::ios::in));
}

void LineEvents::refuse(std::size_t line, std::string_view reason) {
  ++refused_;
  if (messages_.size() < kLineMessagesMax) {
    messages_.push_back(fmt::format("{}:{}: {}", file_.name, line, reason));
  }
}

void LineEvents::finish() {
  if (refused_ > 0) throw UnreadableLines(std::move(messages_), refused_);
  if (!events_.empty()) hand_on();
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
  const Sha256 hash = sha256(identity);
  const std::size_t ordinal = ++seen_[hash];
  return fmt::format("{}-{}", to_hex(hash), ordinal);
}

std::size_t LineEvents::FirstBytes::operator()(const Sha256& hash) const {
  std::size_t first = 0;
  std::memcpy(&first, hash.data(), sizeof first);
  return first;
}

}  // namespace reckoner::metering
