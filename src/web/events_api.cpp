#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "metering/cloud_event.hpp"
#include "metering/event_list.hpp"
#include "metering/text_condition.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

using metering::EventCursor;
using metering::EventFilter;
using metering::ListedEvent;
using metering::TextCondition;

constexpr std::int64_t kLimitMax = 100;
constexpr std::chrono::days kListedSince{32};

void write_event(text::JsonWriter& json, const ListedEvent& listed) {
  const metering::UsageEvent& event = listed.event;
  json.begin_object().key("event").begin_object();
  json.key("id").string(event.id).key("source").string(event.source);
  json.key("specversion").string("1.0").key("type").string(event.type);
  json.key("subject").string(event.subject);
  json.key("time").string(time::to_string(event.occurred_at));
  json.key("data").json(event.data).end_object();
  if (!listed.customer_key.empty()) json.key("customerId").string(listed.customer_key);
  if (!listed.problem.empty()) json.key("validationError").string(listed.problem);
  json.key("ingestedAt").string(time::to_string(listed.received_at));
  json.key("storedAt").string(time::to_string(listed.received_at)).end_object();
}

std::optional<std::vector<CustomerId>> customers_of(const Principal& principal) {
  if (!principal.customer) return std::nullopt;
  return std::vector<CustomerId>{*principal.customer};
}

Response list_newest(const MeteringApi& api, const Request& request) {
  EventFilter filter;
  const time::Instant oldest = api.clock() - kListedSince;
  filter.from = time_parameter(request, "from").value_or(oldest);
  if (*filter.from < oldest - std::chrono::minutes(1)) {
    throw Problem(400, fmt::format("from {} is more than {} days back",
                                   time::to_string(*filter.from), kListedSince.count()));
  }
  filter.to = time_parameter(request, "to");
  if (filter.to && *filter.from >= *filter.to) {
    throw Problem(400, fmt::format("from {} is not before to {}", time::to_string(*filter.from),
                                   time::to_string(*filter.to)));
  }
  filter.received_from = time_parameter(request, "ingestedAtFrom");
  filter.received_to = time_parameter(request, "ingestedAtTo");
  filter.id_part = request.parameter("id").value_or("");
  filter.subject_part = request.parameter("subject").value_or("");
  const auto limit = number_parameter(request, "limit", 1, kLimitMax, kLimitMax);
  MeteringSession session(api);
  filter.customers = customers_of(request.principal);
  const std::vector<std::string> customers = request.parameters("customerId");
  if (!customers.empty()) filter.customers = session.customers(customers, request.principal);
  text::JsonWriter json;
  json.begin_array();
  for (const ListedEvent& event : metering::list_events(session.connection(), filter, std::nullopt,
                                                        static_cast<std::size_t>(limit))
                                      .events) {
    write_event(json, event);
  }
  json.end_array();
  return json_response(json);
}

std::string cursor_text(const EventCursor& cursor) {
  text::JsonWriter json;
  json.begin_array().string(time::to_string(cursor.occurred_at)).string(cursor.source);
  json.string(cursor.event_id).string(cursor.digest).end_array();
  return to_hex(json.finish());
}

EventCursor parse_cursor(const std::string& text) {
  try {
    const text::Json json = text::parse_json(from_hex(text));
    const auto& parts = json.as_array();
    if (parts.size() != 4) throw Error("four parts are expected");
    return {time::parse_instant(parts[0].as_string()), parts[1].as_string(), parts[2].as_string(),
            parts[3].as_string()};
  } catch (const Error&) {
    throw Problem(400, "cursor is none that this list gave");
  }
}

/// The conditions of a filter by the attribute they look at.
using Conditions = std::map<std::string, TextCondition>;

std::string attribute_of(const ListedEvent& listed, const std::string& name) {
  if (name == "id") return listed.event.id;
  if (name == "source") return listed.event.source;
  if (name == "subject") return listed.event.subject;
  if (name == "type") return listed.event.type;
  return listed.customer_key;
}

/// {"$gte": "2026-10-01T00:00:00Z", "$lt": …} as a stretch of time; also within $and.
void read_times(const text::Json& json, std::string_view name, std::optional<time::Instant>& from,
                std::optional<time::Instant>& to) {
  constexpr auto kMoment = std::chrono::microseconds(1);
  if (json.kind() != text::Json::Kind::kObject) {
    throw Problem(400, fmt::format("filter: {}: expected an object, found {}", name,
                                   text::to_string(json.kind())));
  }
  const auto later = [&](time::Instant at) { from = from ? std::max(*from, at) : at; };
  const auto earlier = [&](time::Instant at) { to = to ? std::min(*to, at) : at; };
  for (const auto& [test, value] : json.as_object()) {
    if (test == "$and") {
      for (const text::Json& part : value.as_array()) read_times(part, name, from, to);
      continue;
    }
    const time::Instant at = parse_time(fmt::format("filter: {}", name), value.as_string());
    if (test == "$gte") {
      later(at);
    } else if (test == "$gt") {
      later(at + kMoment);
    } else if (test == "$lt") {
      earlier(at);
    } else if (test == "$lte") {
      earlier(at + kMoment);
    } else {
      throw Problem(400, fmt::format("filter: {}: unknown operator '{}': there are $gt, $gte, $lt, "
                                     "$lte, $and",
                                     name, test));
    }
  }
}

void read_filter(const std::string& text, EventFilter& filter) {
  Conditions conditions;
  try {
    const text::Json json = text::parse_json(text);
    for (const auto& [name, condition] : json.as_object()) {
      if (name == "time") {
        read_times(condition, name, filter.from, filter.to);
      } else if (name == "ingestedAt") {
        read_times(condition, name, filter.received_from, filter.received_to);
      } else if (name == "id" || name == "source" || name == "subject" || name == "type" ||
                 name == "customerId") {
        conditions.emplace(name, TextCondition::parse(condition));
      } else {
        throw Error(
            fmt::format("unknown attribute '{}': there are id, source, subject, type, "
                        "customerId, time, ingestedAt",
                        name));
      }
    }
  } catch (const Problem&) {
    throw;
  } catch (const Error& error) {
    throw Problem(400, fmt::format("filter: {}", error.what()));
  }
  filter.also = [conditions = std::move(conditions)](const ListedEvent& event) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const auto& condition) {
      return condition.second.holds(attribute_of(event, condition.first));
    });
  };
}

Response list_pages(const MeteringApi& api, const Request& request) {
  EventFilter filter;
  if (const auto text = request.parameter("filter")) read_filter(*text, filter);
  std::optional<EventCursor> behind;
  if (const auto text = request.parameter("cursor")) behind = parse_cursor(*text);
  const auto limit = number_parameter(request, "limit", 1, kLimitMax, kLimitMax);
  filter.customers = customers_of(request.principal);
  MeteringSession session(api);
  const metering::EventPage page =
      metering::list_events(session.connection(), filter, behind, static_cast<std::size_t>(limit));
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const ListedEvent& event : page.events) write_event(json, event);
  json.end_array();
  if (page.next) json.key("nextCursor").string(cursor_text(*page.next));
  json.end_object();
  return json_response(json);
}

}  // namespace

std::vector<Route> event_routes(const MeteringApi& api) {
  return {
      {"GET", "/api/v1/events", Scope::kQuery,
       [api](const Request& request) { return list_newest(api, request); }},
      {"GET", "/api/v2/events", Scope::kQuery,
       [api](const Request& request) { return list_pages(api, request); }},
  };
}

}  // namespace reckoner::web
