#include "app/commands_metering.hpp"

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/signals.hpp"
#include "metering/correction.hpp"
#include "metering/cut.hpp"
#include "metering/meter_computing.hpp"
#include "metering/meter_reach.hpp"
#include "metering/quarantine.hpp"
#include "text/table.hpp"
#include "text/utf8.hpp"

namespace reckoner::app {

namespace {

metering::EventName name_of(const EventArguments& arguments) {
  return {arguments.source, arguments.id, arguments.namespace_name};
}

metering::CorrectionReason why(System& system, const EventArguments& arguments) {
  return {arguments.reason, user_name(), system.clock()()};
}

/// What was typed for an option; what it cannot be is the command line's fault.
template <class Parser>
auto typed(std::string_view option, const std::string& text, Parser parser) {
  try {
    return parser(text);
  } catch (const Error& error) {
    throw UsageError(fmt::format("{} '{}': {}", option, text, error.what()));
  }
}

metering::Amendment amendment_of(const EventArguments& arguments) {
  metering::Amendment amendment;
  if (!arguments.data.empty()) {
    amendment.data = typed("--data", arguments.data, text::parse_json);
  }
  if (!arguments.time.empty()) {
    amendment.occurred_at = typed("--time", arguments.time, time::parse_instant);
  }
  if (!arguments.subject.empty()) amendment.subject = arguments.subject;
  return amendment;
}

void write_event(text::JsonWriter& json, const metering::StoredEvent& event) {
  json.key("namespace").string(event.namespace_name).key("source").string(event.source);
  json.key("id").string(event.id).key("type").string(event.type);
  json.key("subject").string(event.subject);
  json.key("time").string(time::to_string(event.occurred_at));
  json.key("data").json(text::parse_json(event.data)).key("batch").number(event.batch);
}

int report(const Console& console, const metering::Corrected& done) {
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("voided").begin_object();
    write_event(json, done.event);
    json.end_object().key("successor");
    if (done.successor) {
      json.begin_object();
      write_event(json, *done.successor);
      json.end_object();
    } else {
      json.null();
    }
    json.key("meters").begin_array();
    for (const std::string& meter : done.meters) json.string(meter);
    json.end_array().key("batch").number(done.batch).key("cut").number(done.cut).end_object();
    console.result(json);
    return 0;
  }
  console.result(fmt::format(
      "event '{}' of {} does not count any more{}: taken back from {} (cut {})", done.event.id,
      done.event.source,
      done.successor ? fmt::format(", '{}' counts in its place", done.successor->id) : "",
      done.meters.empty() ? "no meter" : fmt::format("{}", fmt::join(done.meters, ", ")),
      done.cut));
  return 0;
}

std::string state_of(const metering::FoundEvent& found) {
  if (!found.voided) return found.cut ? fmt::format("cut {}", *found.cut) : "in no cut yet";
  const auto& undone = *found.voided;
  const std::string what =
      undone.successor_id.empty() ? "voided" : fmt::format("amended by '{}'", undone.successor_id);
  return fmt::format("{}: {} ({})", what, undone.reason, undone.by);
}

void write_found(text::JsonWriter& json, const metering::FoundEvent& found) {
  json.begin_object();
  write_event(json, found.event);
  json.key("customer").string(found.customer_key);
  json.key("received_at").string(time::to_string(found.received_at)).key("cut");
  found.cut ? json.number(*found.cut) : json.null();
  json.key("voided");
  if (found.voided) {
    json.begin_object().key("successor").string(found.voided->successor_id);
    json.key("reason").string(found.voided->reason).key("by").string(found.voided->by);
    json.key("at").string(time::to_string(found.voided->at)).end_object();
  } else {
    json.null();
  }
  json.end_object();
}

std::optional<time::Instant> instant_of(std::string_view option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  return typed(option, text, [](const std::string& word) {
    return word.size() == 10 ? time::Zone::utc().start_of(time::parse_date(word))
                             : time::parse_instant(word);
  });
}

}  // namespace

int void_event_command(System& system, const Console& console, const EventArguments& arguments) {
  const auto version = system.active();
  return report(console, system.change([&](store::Connection& connection) {
    return metering::void_event(connection, version->meter_reader(), name_of(arguments),
                                why(system, arguments));
  }));
}

int amend_event_command(System& system, const Console& console, const EventArguments& arguments) {
  const metering::Amendment amendment = amendment_of(arguments);
  const auto version = system.active();
  return report(console, system.change([&](store::Connection& connection) {
    return metering::amend_event(connection, version->meter_reader(), name_of(arguments), amendment,
                                 why(system, arguments));
  }));
}

int find_events_command(System& system, const Console& console,
                        const FindEventsArguments& arguments) {
  const metering::EventFilter filter{.namespace_name = arguments.namespace_name,
                                     .source = arguments.source,
                                     .id = arguments.id,
                                     .subject = arguments.subject,
                                     .customer_key = arguments.customer,
                                     .type = arguments.type,
                                     .from = instant_of("--from", arguments.from),
                                     .until = instant_of("--to", arguments.until)};
  auto connection = system.connection();
  const auto events = metering::find_events(*connection, filter, arguments.limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("events").begin_array();
    for (const metering::FoundEvent& found : events) write_found(json, found);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table(
      {{"time"}, {"customer"}, {"source"}, {"id"}, {"type"}, {"subject"}, {"data"}, {"state"}});
  for (const metering::FoundEvent& found : events) {
    const metering::StoredEvent& event = found.event;
    table.add({time::to_string(event.occurred_at), found.customer_key, event.source, event.id,
               event.type, event.subject, event.data, state_of(found)});
  }
  console.result(table.to_string());
  note_limit(console, events.size(), arguments.limit);
  return 0;
}

int cut_command(System& system, const Console& console) {
  const std::int64_t cut = system.change([&](store::Connection& connection) {
    return metering::close_cut(connection, system.clock()());
  });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("cut").number(cut).end_object();
    console.result(json);
  } else {
    console.result(fmt::format("cut {}", cut));
  }
  return 0;
}

int list_meters_command(System& system, const Console& console) {
  const auto version = system.active();
  auto connection = system.connection();
  const auto reaches = metering::MeterReaches::load(*connection);
  text::JsonWriter json;
  json.begin_object().key("meters").begin_array();
  text::Table table({{"meter"}, {"event type"}, {"unit"}, {"counts"}});
  for (const domain::Meter& meter : version->configuration().meters) {
    const metering::MeterReach& reach = reaches.of(meter.name);
    std::string counts = reach.since_batch == 0
                             ? "from the beginning"
                             : fmt::format("batches above {}", reach.since_batch);
    if (reach.computed_from) {
      counts += fmt::format(", and what occurred from {}", time::to_string(*reach.computed_from));
    }
    if (reach.until_batch) counts += fmt::format(", until batch {}", *reach.until_batch);
    table.add({meter.name, meter.event_type, meter.unit, counts});
    json.begin_object().key("meter").string(meter.name).key("event_type").string(meter.event_type);
    json.key("unit").string(meter.unit).key("since_batch").number(reach.since_batch);
    json.key("until_batch");
    reach.until_batch ? json.number(*reach.until_batch) : json.null();
    json.key("computed_from");
    reach.computed_from ? json.string(time::to_string(*reach.computed_from)) : json.null();
    json.end_object();
  }
  json.end_array().end_object();
  console.json() ? console.result(json) : console.result(table.to_string());
  return 0;
}

int compute_meter_command(System& system, const Console& console, const std::string& name,
                          const std::string& from) {
  const auto from_at = instant_of("--from", from);
  const auto version = system.active();
  auto connection = system.connection();
  ProgressBar bar(console, fmt::format("compute {}", name));
  const auto done = metering::compute_meter(*connection, version->meter_reader(), name, from_at,
                                            system.clock()(), [&](std::int64_t read) {
                                              bar.show(read, read);
                                              if (stop_requested())
                                                throw Error("stopped; nothing was stored");
                                            });
  const std::int64_t cut = metering::close_cut(*connection, system.clock()());
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("meter").string(name).key("read").number(done.read);
    json.key("counted").number(done.counted).key("batch");
    done.batch ? json.number(*done.batch) : json.null();
    json.key("cut").number(cut).end_object();
    console.result(json);
  } else if (!done.batch) {
    console.result(fmt::format("meter {} counts those events already", name));
  } else {
    console.result(fmt::format("meter {}: {} of {} older events of its type counted (cut {})", name,
                               done.counted, done.read, cut));
  }
  return 0;
}

}  // namespace reckoner::app
