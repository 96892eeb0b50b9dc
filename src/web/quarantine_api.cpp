#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "documents/mail_encoding.hpp"
#include "metering/cloud_event.hpp"
#include "metering/quarantine.hpp"
#include "store/transaction.hpp"
#include "web/active_configuration.hpp"
#include "web/console_api.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using metering::QuarantinedEvent;
using metering::QuarantineFilter;
using metering::QuarantineId;

constexpr std::size_t kHexOfId = 32;

std::string text_of(const QuarantineId& id) {
  return to_hex(std::string(id.key.begin(), id.key.end())) +
         to_hex(std::string(id.digest.begin(), id.digest.end())) + "." + id.namespace_name;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> bytes_of_hex(std::string_view hex) {
  const std::string bytes = from_hex(hex);
  if (bytes.size() != Size) throw Error("another length is expected");
  std::array<std::uint8_t, Size> array{};
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

QuarantineId id_of(const Request& request) {
  const std::string& text = request.path_values.at("id");
  try {
    if (text.size() < 2 * kHexOfId + 1 || text[2 * kHexOfId] != '.') throw Error("no id");
    return {text.substr(2 * kHexOfId + 1),
            bytes_of_hex<16>(std::string_view(text).substr(0, kHexOfId)),
            bytes_of_hex<16>(std::string_view(text).substr(kHexOfId, kHexOfId))};
  } catch (const Error&) {
    throw Problem(404, "there is no such event in quarantine");
  }
}

QuarantinedEvent find(store::Connection& connection, const QuarantineId& id) {
  auto found = metering::find_quarantined(connection, id);
  if (!found) throw Problem(404, "there is no such event in quarantine");
  return *std::move(found);
}

QuarantinedEvent find_open(store::Connection& connection, const QuarantineId& id) {
  QuarantinedEvent event = find(connection, id);
  if (event.state != "open") {
    throw Problem(409, fmt::format("the event is {} already", event.state));
  }
  return event;
}

void write_event(text::JsonWriter& json, const QuarantinedEvent& event) {
  json.begin_object().key("id").string(text_of(metering::id_of(event)));
  json.key("namespace").string(event.namespace_name).key("source").string(event.source);
  json.key("event_id").string(event.id).key("subject").string(event.subject);
  json.key("reason").string(event.reason);
  write_text_or_null(json, "content", event.content);
  json.key("bytes");
  event.bytes ? json.string(documents::base64(*event.bytes)) : json.null();
  json.key("first_at").string(time::to_string(event.first_at));
  json.key("last_at").string(time::to_string(event.last_at));
  json.key("deliveries").number(event.deliveries).key("state").string(event.state);
  write_text_or_null(json, "settled_by", event.settled_by);
  write_instant(json, "settled_at", event.settled_at);
  write_text_or_null(json, "settled_why", event.settled_why);
  json.end_object();
}

std::string to_json(const QuarantinedEvent& event) {
  text::JsonWriter json;
  write_event(json, event);
  return json.finish();
}

QuarantineFilter filter_of(const Request& request) {
  QuarantineFilter filter;
  filter.state =
      word_parameter(request, "state", {"open", "replayed", "dropped", "all"}).value_or("open");
  if (filter.state == "all") filter.state.clear();
  filter.source = request.parameter("source").value_or("");
  filter.id = request.parameter("event_id").value_or("");
  filter.subject = request.parameter("subject").value_or("");
  filter.reason = request.parameter("reason").value_or("");
  return filter;
}

metering::QuarantinePlace place_of(const std::vector<std::string>& parts) {
  try {
    return {time::parse_instant(parts.at(0)),
            {parts.at(3), bytes_of_hex<16>(parts.at(1)), bytes_of_hex<16>(parts.at(2))}};
  } catch (const Error&) {
    throw Problem(400, "cursor is none that this list gave");
  }
}

std::string cursor_behind(const QuarantinedEvent& event) {
  return cursor_of(
      {time::to_string(event.last_at), to_hex(std::string(event.key.begin(), event.key.end())),
       to_hex(std::string(event.digest.begin(), event.digest.end())), event.namespace_name});
}

Response list_quarantine(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 4);
  const auto limit = static_cast<std::int64_t>(page.limit);
  const auto behind = page.behind ? std::optional(place_of(*page.behind)) : std::nullopt;
  const auto lease = take_connection(api.pool());
  auto events = metering::list_quarantine(*lease, filter_of(request), limit + 1, behind);
  const bool more = static_cast<std::int64_t>(events.size()) > limit;
  if (more) events.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const QuarantinedEvent& event : events) write_event(json, event);
  json.end_array();
  write_next(json, more ? std::optional(cursor_behind(events.back())) : std::nullopt);
  json.end_object();
  return json_response(json);
}

Response show_quarantined(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  return {200, "application/json", to_json(find(*lease, id_of(request)))};
}

Response outcome_of(std::string_view outcome, const std::string& reason,
                    const QuarantinedEvent& event) {
  text::JsonWriter json;
  json.begin_object().key("outcome").string(outcome);
  write_text_or_null(json, "reason", reason);
  json.key("event");
  write_event(json, event);
  json.end_object();
  return json_response(json);
}

std::string subject_of(const QuarantinedEvent& event) {
  return fmt::format("event '{}' of {}", event.id, event.source);
}

Response repair(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"event", "why"});
  const text::Json* edited = body.member("event");
  if (edited == nullptr) throw Problem(400, "event is missing");
  metering::UsageEvent event;
  try {
    event = metering::from_cloud_event(*edited);
    metering::check(event);
  } catch (const Error& error) {
    throw Problem(400, fmt::format("event: {}", error.what()));
  }
  const std::string why = body.optional_text("why").value_or("repaired");
  const QuarantineId id = id_of(request);
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const QuarantinedEvent before = find_open(connection, id);
    const auto version = active_configuration(connection, api.versions()).compiled;
    const metering::Repaired repaired = metering::repair_quarantined(
        connection, version->meter_reader(), id, event, request.principal.author(), why, now);
    if (!repaired.counted && !repaired.duplicate) {
      return outcome_of("refused", repaired.reason, before);
    }
    record(connection, request,
           {.action = "quarantine.repair",
            .subject = subject_of(before),
            .before = to_json(before),
            .after = metering::to_cloud_event(event)},
           now);
    return outcome_of(repaired.counted ? "counted" : "duplicate", "", find(connection, id));
  });
}

/// An action on one row: what is open is settled, and what happened told.
template <class Act>
Response settle(const ConsoleApi& api, const Request& request, std::string_view action, Act act) {
  const QuarantineId id = id_of(request);
  const auto lease = take_connection(api.pool());
  store::Transaction transaction(*lease, store::TransactionKind::kEnclosing);
  const QuarantinedEvent before = find_open(*lease, id);
  Response response = act(*lease, before, QuarantineFilter{.row = id});
  record(*lease, request,
         {.action = std::string(action), .subject = subject_of(before), .before = to_json(before)},
         api.now());
  transaction.commit();
  return response;
}

Response replay(const ConsoleApi& api, const Request& request) {
  return settle(api, request, "quarantine.replay",
                [&](store::Connection& connection, const QuarantinedEvent& before,
                    const QuarantineFilter& filter) {
                  const auto version = active_configuration(connection, api.versions()).compiled;
                  const metering::Replayed done = metering::replay_quarantine(
                      connection, version->meter_reader(), filter, api.now());
                  const QuarantinedEvent after = find(connection, metering::id_of(before));
                  const std::string reason =
                      done.stayed.empty() ? after.reason : done.stayed.front().reason;
                  return done.counted > 0 ? outcome_of("counted", "", after)
                                          : outcome_of("refused", reason, after);
                });
}

std::string why_of(const RequestObject& body) {
  const std::string why = body.text("why");
  if (why.find_first_not_of(" \t\r\n") == why.npos) throw Problem(400, "why: a reason is needed");
  return why;
}

Response drop(const ConsoleApi& api, const Request& request) {
  const std::string why = why_of(RequestObject(request, {"why"}));
  return settle(api, request, "quarantine.drop",
                [&](store::Connection& connection, const QuarantinedEvent& before,
                    const QuarantineFilter& filter) {
                  metering::drop_quarantined(connection, filter, request.principal.author(), why,
                                             api.now());
                  return outcome_of("dropped", "", find(connection, metering::id_of(before)));
                });
}

/// Without one of them everything would be meant by a slip.
QuarantineFilter choice_of(const RequestObject& body) {
  QuarantineFilter filter;
  filter.source = body.optional_text("source").value_or("");
  filter.id = body.optional_text("event_id").value_or("");
  filter.reason = body.optional_text("reason").value_or("");
  const bool named = !filter.source.empty() || !filter.id.empty() || !filter.reason.empty();
  if (named == body.optional_boolean("all").value_or(false)) {
    throw Problem(400, "name what is meant: source, event_id, reason, or all");
  }
  return filter;
}

std::string described(const QuarantineFilter& filter) {
  std::string text;
  for (const auto& [name, value] : {std::pair("source", filter.source), std::pair("id", filter.id),
                                    std::pair("reason", filter.reason)}) {
    if (!value.empty()) text += fmt::format("{}{} '{}'", text.empty() ? "" : ", ", name, value);
  }
  return text.empty() ? "all" : text;
}

/// A page of rows is a transaction, as on the command line: thousands may be meant.
Response replay_all(const ConsoleApi& api, const Request& request) {
  const QuarantineFilter filter =
      choice_of(RequestObject(request, {"source", "event_id", "reason", "all"}));
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const metering::Replayed done =
      metering::replay_quarantine(*lease, version->meter_reader(), filter, api.now());
  text::JsonWriter json;
  json.begin_object().key("tried").number(done.tried).key("counted").number(done.counted);
  json.key("refused").number(done.refused).key("unreadable").number(done.unreadable);
  json.key("stayed").begin_array();
  for (const QuarantinedEvent& event : done.stayed) write_event(json, event);
  json.end_array().end_object();
  record(*lease, request,
         {.action = "quarantine.replay",
          .subject = described(filter),
          .after = fmt::format(R"({{"tried":{},"counted":{}}})", done.tried, done.counted)},
         api.now());
  return json_response(json);
}

Response drop_all(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"source", "event_id", "reason", "all", "why"});
  const std::string why = why_of(body);
  const QuarantineFilter filter = choice_of(body);
  const auto lease = take_connection(api.pool());
  store::Transaction transaction(*lease, store::TransactionKind::kEnclosing);
  const std::int64_t dropped =
      metering::drop_quarantined(*lease, filter, request.principal.author(), why, api.now());
  text::JsonWriter json;
  json.begin_object().key("dropped").number(dropped).end_object();
  Response response = json_response(json);
  record(*lease, request,
         {.action = "quarantine.drop", .subject = described(filter), .after = response.body},
         api.now());
  transaction.commit();
  return response;
}

}  // namespace

std::vector<Route> quarantine_routes(const ConsoleApi& api) {
  return {
      staff_route("GET", "/api/v1/quarantine", Right::kConsole,
                  [api](const Request& request) { return list_quarantine(api, request); }),
      staff_route("GET", "/api/v1/quarantine/{id}", Right::kConsole,
                  [api](const Request& request) { return show_quarantined(api, request); }),
      staff_route("POST", "/api/v1/quarantine/{id}/repair", Right::kOperate,
                  [api](const Request& request) { return repair(api, request); }),
      staff_route("POST", "/api/v1/quarantine/{id}/replay", Right::kOperate,
                  [api](const Request& request) { return replay(api, request); }),
      staff_route("POST", "/api/v1/quarantine/{id}/drop", Right::kOperate,
                  [api](const Request& request) { return drop(api, request); }),
      staff_route("POST", "/api/v1/quarantine/replay", Right::kOperate,
                  [api](const Request& request) { return replay_all(api, request); }),
      staff_route("POST", "/api/v1/quarantine/drop", Right::kOperate,
                  [api](const Request& request) { return drop_all(api, request); }),
  };
}

}  // namespace reckoner::web
