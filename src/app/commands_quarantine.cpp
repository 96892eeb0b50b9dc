#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/commands_metering.hpp"
#include "app/recorded.hpp"
#include "app/signals.hpp"
#include "base/hash.hpp"
#include "metering/quarantine.hpp"
#include "text/table.hpp"
#include "text/utf8.hpp"

namespace reckoner::app {

namespace {

/// How much of a message that is no event a table shows.
constexpr std::size_t kBytesShown = 40;

void write_row(text::JsonWriter& json, const metering::QuarantinedEvent& event) {
  json.begin_object().key("namespace").string(event.namespace_name);
  json.key("source").string(event.source).key("id").string(event.id);
  json.key("subject").string(event.subject).key("reason").string(event.reason);
  json.key("state").string(event.state);
  json.key("first_at").string(time::to_string(event.first_at));
  json.key("last_at").string(time::to_string(event.last_at));
  json.key("deliveries").number(event.deliveries).key("content").string(event.content);
  json.key("bytes");
  event.bytes ? json.string(to_hex(*event.bytes)) : json.null();
  json.key("settled_by").string(event.settled_by).key("settled_at");
  event.settled_at ? json.string(time::to_string(*event.settled_at)) : json.null();
  json.key("settled_why").string(event.settled_why).end_object();
}

std::string shown_bytes(const metering::QuarantinedEvent& event) {
  if (!event.bytes) return "";
  std::string shown = text::printable(event.bytes->substr(0, kBytesShown));
  if (event.bytes->size() > kBytesShown) shown += "…";
  return fmt::format("{} bytes: {}", event.bytes->size(), shown);
}

metering::QuarantineFilter filter_of(const QuarantineArguments& arguments) {
  return {.source = arguments.source,
          .id = arguments.id,
          .reason = arguments.reason,
          .state = arguments.state == "all" ? "" : arguments.state};
}

std::vector<metering::QuarantinedEvent> rows_of(System& system,
                                                const QuarantineArguments& arguments) {
  auto connection = system.connection();
  return metering::list_quarantine(*connection, filter_of(arguments), arguments.limit);
}

void write_rows(const Console& console, const std::vector<metering::QuarantinedEvent>& events) {
  text::JsonWriter json;
  json.begin_object().key("quarantine").begin_array();
  for (const metering::QuarantinedEvent& event : events) write_row(json, event);
  json.end_array().end_object();
  console.result(json);
}

/// Without one of them everything would be meant by a slip.
void require_choice(const QuarantineArguments& arguments) {
  if (arguments.all != (arguments.source.empty() && arguments.id.empty())) {
    throw UsageError("name what is meant: --source S, --id I, or --all");
  }
}

std::string chosen(const QuarantineArguments& arguments) {
  if (arguments.all) return "all";
  return fmt::format("source '{}', id '{}'", arguments.source, arguments.id);
}

}  // namespace

int list_quarantine_command(System& system, const Console& console,
                            const QuarantineArguments& arguments) {
  const auto events = rows_of(system, arguments);
  if (console.json()) {
    write_rows(console, events);
    return 0;
  }
  text::Table table({{"source"},
                     {"id"},
                     {"subject"},
                     {"reason"},
                     {"last delivery"},
                     {"deliveries", text::Align::kRight},
                     {"state"},
                     {"message"}});
  for (const metering::QuarantinedEvent& event : events) {
    table.add({event.source, event.id, event.subject, event.reason, time::to_string(event.last_at),
               std::to_string(event.deliveries), event.state, shown_bytes(event)});
  }
  console.result(table.to_string());
  note_limit(console, events.size(), arguments.limit);
  return 0;
}

int show_quarantine_command(System& system, const Console& console,
                            const QuarantineArguments& arguments) {
  const auto events = rows_of(system, arguments);
  if (events.empty()) {
    throw Error(fmt::format("nothing of source '{}' with id '{}' is in quarantine",
                            arguments.source, arguments.id));
  }
  if (console.json()) {
    write_rows(console, events);
    return 0;
  }
  for (const metering::QuarantinedEvent& event : events) {
    console.result(fmt::format("{} '{}' of {}, {}: {}\n{} deliveries from {} to {}\n", event.state,
                               text::printable(event.id), text::printable(event.source),
                               event.namespace_name, text::printable(event.reason),
                               event.deliveries, time::to_string(event.first_at),
                               time::to_string(event.last_at)));
    if (event.settled_at) {
      console.result(fmt::format("settled at {} {}: {}\n", time::to_string(*event.settled_at),
                                 event.settled_by, event.settled_why));
    }
    console.result(
        event.bytes ? fmt::format("{}\n{}\n", text::printable(*event.bytes), to_hex(*event.bytes))
                    : event.content + "\n");
  }
  return 0;
}

int replay_quarantine_command(System& system, const Console& console,
                              const QuarantineArguments& arguments) {
  require_choice(arguments);
  const auto version = system.active();
  auto connection = system.connection();
  ProgressBar bar(console, "replay");
  const auto done =
      metering::replay_quarantine(*connection, version->meter_reader(), filter_of(arguments),
                                  system.clock()(), [&](std::int64_t tried) {
                                    bar.show(tried, tried);
                                    if (stop_requested())
                                      throw Error("stopped; what was replayed stays so");
                                  });
  record(system,
         {.action = "quarantine.replay",
          .subject = chosen(arguments),
          .after = fmt::format(R"({{"tried":{},"counted":{}}})", done.tried, done.counted)});
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("tried").number(done.tried).key("counted").number(done.counted);
    json.key("refused").number(done.refused).key("unreadable").number(done.unreadable);
    json.key("stayed").begin_array();
    for (const metering::QuarantinedEvent& event : done.stayed) write_row(json, event);
    json.end_array().end_object();
    console.result(json);
  } else {
    console.result(fmt::format("{} tried = {} out of quarantine + {} refused + {} unreadable",
                               done.tried, done.counted, done.refused, done.unreadable));
    for (const metering::QuarantinedEvent& event : done.stayed) {
      console.result(fmt::format("  stays: '{}' of {}: {}", event.id, event.source, event.reason));
    }
  }
  return done.refused + done.unreadable > 0 ? 1 : 0;
}

int drop_quarantined_command(System& system, const Console& console,
                             const QuarantineArguments& arguments) {
  require_choice(arguments);
  const std::int64_t dropped = recorded(
      system,
      [&](store::Connection& connection) {
        return metering::drop_quarantined(connection,
                                          {.source = arguments.source, .id = arguments.id},
                                          user_name(), arguments.reason, system.clock()());
      },
      [&](std::int64_t rows) {
        return accounts::AuditEntry{.action = "quarantine.drop",
                                    .subject = chosen(arguments),
                                    .after = fmt::format(R"({{"dropped":{}}})", rows)};
      });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("dropped").number(dropped).end_object();
    console.result(json);
  } else {
    console.result(fmt::format("{} dropped", dropped));
  }
  return dropped == 0 ? 1 : 0;
}

}  // namespace reckoner::app
