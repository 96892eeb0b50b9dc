#include "ingest_report.hpp"

#include <fmt/format.h>

#include "text/json.hpp"
#include "text/table.hpp"

namespace reckoner::bench {

namespace {

/// Above it the processors are what bounds the rate.
constexpr double kBusyAll = 0.92;

std::string fixed(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

double micros_each(double seconds, std::int64_t events) {
  return events == 0 ? 0.0 : seconds * 1e6 / static_cast<double>(events);
}

void write_latencies(text::JsonWriter& json, const LoadFigures& load) {
  json.key("ack_p50_ms").number(fixed(load.ack_at(0.50), 2));
  json.key("ack_p99_ms").number(fixed(load.ack_at(0.99), 2));
  json.key("ack_p999_ms").number(fixed(load.ack_at(0.999), 2));
  json.key("ack_max_ms").number(fixed(load.ack_at(1.0), 2));
}

void write_stage(text::JsonWriter& json, const Stage& stage, unsigned processors) {
  const LoadFigures& load = stage.load;
  json.begin_object().key("events_per_s").number(fixed(load.events_per_s(), 0));
  json.key("requests_per_s").number(fixed(static_cast<double>(load.requests) / load.seconds, 0));
  write_latencies(json, load);
  json.key("seconds").number(fixed(load.seconds, 2));
  json.key("events").number(load.events);
  json.key("fairness").begin_object();
  json.key("served_min").number(load.served_min).key("served_max").number(load.served_max);
  json.key("ratio").number(
      fixed(static_cast<double>(load.served_min) /
                static_cast<double>(std::max<std::int64_t>(load.served_max, 1)),
            3));
  json.end_object().key("refused").begin_object();
  for (const auto& [status, count] : load.refused) json.key(std::to_string(status)).number(count);
  json.end_object();
  json.key("reconnects").number(load.reconnects).key("unanswered").number(load.unanswered);
  json.key("cpu_micros_per_event").begin_object();
  json.key("daemon").number(fixed(micros_each(stage.cpu.daemons, stage.received), 3));
  json.key("postgresql").number(fixed(micros_each(stage.cpu.postgresql, stage.received), 3));
  json.key("generator").number(fixed(micros_each(load.cpu_seconds, load.events), 3)).end_object();
  json.key("cpu_share_of_machine").begin_object();
  const double all = stage.settled_seconds * processors;
  json.key("daemon").number(fixed(stage.cpu.daemons / all, 3));
  json.key("postgresql").number(fixed(stage.cpu.postgresql / all, 3));
  json.key("generator").number(fixed(load.cpu_seconds / all, 3));
  json.key("all").number(fixed(stage.busy(processors), 3)).end_object();
  json.key("transactions").number(stage.transactions);
  json.key("events_per_transaction").number(fixed(stage.transaction_events(), 1));
  json.key("wal_bytes_per_event")
      .number(fixed(static_cast<double>(stage.wal_bytes) /
                        static_cast<double>(std::max<std::int64_t>(stage.received, 1)),
                    1));
  json.key("wal_syncs_per_s")
      .number(fixed(static_cast<double>(stage.wal_syncs) / stage.settled_seconds, 1))
      .end_object();
}

std::string_view bound(const IngestFigures& figures, const Machine& machine) {
  if (!figures.saturation) return "the rate that was asked for";
  return figures.saturation->busy(machine.processors) >= kBusyAll
             ? "the processors"
             : "waiting: the processors are not used up";
}

void write_circumstances(text::JsonWriter& json, const IngestOptions& options,
                         const Machine& machine, const ServerSettings& settings) {
  json.key("machine").begin_object().key("processor").string(machine.processor);
  json.key("processors").number(machine.processors).key("memory_mb").number(machine.memory_mb);
  json.key("system").string(machine.system);
  json.key("load_average_before").number(fixed(machine.load_average, 2)).end_object();
  json.key("versions").begin_object().key("reckoner").string(RECKONER_VERSION);
  json.key("postgresql").string(settings.postgresql);
  json.key("compiler").string(__VERSION__).end_object();
  json.key("settings").begin_object();
  json.key("batch").number(options.batch).key("connections").number(options.connections);
  json.key("duplicates_percent").number(options.duplicates);
  json.key("prefill").number(options.prefill);
  json.key("fdatasync").string(options.commit_delay ? "1 ms added to each" : "as it is");
  json.key("fsync").string(settings.fsync);
  json.key("synchronous_commit").string(settings.synchronous_commit);
  json.key("full_page_writes").string(settings.full_page_writes);
  json.key("shared_buffers").string(settings.shared_buffers);
  json.key("autovacuum").string(settings.autovacuum);
  json.key("copy").string(
      "binary, one connection, event_key and raw_event of the events just received with all their "
      "indexes, in a database of the same cluster that began with the same rows; copy_rows_per_s "
      "counts both tables, the ratio is one of events");
  json.end_object();
}

}  // namespace

double Stage::transaction_events() const {
  return transactions == 0 ? 0.0
                           : static_cast<double>(received) / static_cast<double>(transactions);
}

double Stage::busy(unsigned processors) const {
  return (cpu.daemons + cpu.postgresql + load.cpu_seconds) / (settled_seconds * processors);
}

std::string ingest_json(const IngestOptions& options, const Machine& machine,
                        const ServerSettings& settings, const IngestFigures& figures) {
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("benchmark").string("ingest");
  json.key("events_per_s").number(fixed(figures.rated().load.events_per_s(), 0));
  json.key("ratio_to_copy").number(fixed(figures.ratio_to_copy(), 3));
  write_latencies(json, figures.timed().load);
  json.key("copy_rows_per_s").number(fixed(2.0 * figures.copy.events_per_s(), 0));
  json.key("copy_events_per_s").number(fixed(figures.copy.events_per_s(), 0));
  json.key("copy_events").number(figures.copy.events);
  json.key("copy_events_per_transaction").number(figures.copy.transaction_events);
  json.key("bound_by").string(bound(figures, machine));
  json.key("acknowledged_events").number(figures.distinct);
  json.key("counted_events").number(figures.counted);
  json.key("daemon_peak_rss_mb").number(fixed(figures.memory_mb, 1));
  if (figures.saturation) {
    json.key("saturation");
    write_stage(json, *figures.saturation, machine.processors);
  }
  if (figures.timetable) {
    json.key(figures.saturation ? "half_load" : "rate");
    write_stage(json, *figures.timetable, machine.processors);
  }
  write_circumstances(json, options, machine, settings);
  json.end_object();
  return json.finish() + "\n";
}

std::string ingest_table(const IngestFigures& figures, const Machine& machine) {
  text::Table table({{"load", text::Align::kLeft},
                     {"events/s", text::Align::kRight},
                     {"p50 ms", text::Align::kRight},
                     {"p99 ms", text::Align::kRight},
                     {"p99.9 ms", text::Align::kRight},
                     {"max ms", text::Align::kRight},
                     {"min/max served", text::Align::kRight},
                     {"events/transaction", text::Align::kRight},
                     {"CPU us/event", text::Align::kRight},
                     {"CPU %", text::Align::kRight}});
  const auto add = [&](const char* name, const Stage& stage) {
    const LoadFigures& load = stage.load;
    table.add({name, fixed(load.events_per_s(), 0), fixed(load.ack_at(0.5), 2),
               fixed(load.ack_at(0.99), 2), fixed(load.ack_at(0.999), 2),
               fixed(load.ack_at(1.0), 2), fmt::format("{}/{}", load.served_min, load.served_max),
               fixed(stage.transaction_events(), 0),
               fmt::format("{:.2f} daemon, {:.2f} postgresql, {:.2f} generator",
                           micros_each(stage.cpu.daemons, stage.received),
                           micros_each(stage.cpu.postgresql, stage.received),
                           micros_each(load.cpu_seconds, load.events)),
               fixed(100.0 * stage.busy(machine.processors), 0)});
  };
  if (figures.saturation) add("saturation", *figures.saturation);
  if (figures.timetable) add(figures.saturation ? "half" : "rate", *figures.timetable);
  return fmt::format("{}COPY {:.0f} events/s, ratio {:.3f}; bound by {}\n", table.to_string(),
                     figures.copy.events_per_s(), figures.ratio_to_copy(), bound(figures, machine));
}

}  // namespace reckoner::bench
