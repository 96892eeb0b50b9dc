#include <fmt/format.h>

#include "paper.hpp"
#include "text/json.hpp"
#include "text/table.hpp"

namespace reckoner::bench {

namespace {

// What the paper's simulation of ten nodes gave.
constexpr std::string_view kPaperIngestMs = "120";
constexpr std::string_view kPaperProcessMs = "250";
constexpr std::string_view kPaperEvents = "10000";
constexpr std::string_view kPaperAccuracy = "99.5";
constexpr std::string_view kPaperRecoveryOne = "180";
constexpr std::string_view kPaperRecoverySeveral = "300";

std::string fixed(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

/// Never rounded up to 100.
std::string percent(const Accuracy& accuracy) {
  const bool exact = accuracy.counted == accuracy.sent && accuracy.extra == 0;
  return exact ? "100" : fixed(std::min(accuracy.percent(), 99.9999), 4);
}

void write_latency(text::JsonWriter& json, const std::string& name, const Latency& latency) {
  json.key(name + "_ms").number(fixed(latency.mean, 2));
  json.key(name + "_p50_ms").number(fixed(latency.p50, 2));
  json.key(name + "_p99_ms").number(fixed(latency.p99, 2));
  json.key(name + "_max_ms").number(fixed(latency.most, 2));
  json.key(name + "_samples").number(latency.samples);
}

void write_accuracy(text::JsonWriter& json, const Accuracy& accuracy) {
  json.key("accuracy_percent").number(percent(accuracy));
  json.key("acknowledged").number(accuracy.sent).key("counted").number(accuracy.counted);
  json.key("counted_too_often").number(accuracy.extra);
  json.key("tenants_with_wrong_sums").number(accuracy.wrong_sums);
}

void write_step(text::JsonWriter& json, const PaperStep& step) {
  json.begin_object().key("tenants").number(step.tenants);
  write_latency(json, "ingest", step.ingest);
  write_latency(json, "process", step.process);
  json.key("events_per_s").number(fixed(step.load.events_per_s(), 1));
  write_accuracy(json, step.accuracy);
  json.key("cpu_seconds").begin_object();
  json.key("daemons").number(fixed(step.cpu.daemons, 2));
  json.key("postgresql").number(fixed(step.cpu.postgresql, 2));
  json.key("generator").number(fixed(step.load.cpu_seconds, 2)).end_object();
  json.key("seconds").number(fixed(step.load.seconds, 2)).end_object();
}

void write_fault(text::JsonWriter& json, const PaperFault& fault) {
  json.begin_object().key("killed").string(fault.name);
  json.key("recovery_s").number(fixed(fault.recovery_s, 3));
  json.key("visible_s").number(fixed(fault.visible_s, 3));
  json.key("silence_s").number(fixed(fault.silence_s, 3));
  json.key("ack_max_ms").number(fixed(fault.ack_max_ms, 1));
  json.key("resent_requests").number(fault.resent);
  write_accuracy(json, fault.accuracy);
  json.end_object();
}

}  // namespace

std::string paper_json(const PaperOptions& options, const Machine& machine, const PaperWorld& world,
                       const std::vector<PaperStep>& steps, const std::vector<PaperFault>& faults) {
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("benchmark").string("paper").key("rows").begin_array();
  for (const PaperStep& step : steps) write_step(json, step);
  json.end_array().key("faults").begin_array();
  for (const PaperFault& fault : faults) write_fault(json, fault);
  json.end_array().key("paper").begin_object();
  json.key("events_per_s").number(kPaperEvents).key("ingest_ms").number(kPaperIngestMs);
  json.key("process_ms").number(kPaperProcessMs);
  json.key("accuracy_percent").number(kPaperAccuracy);
  json.key("recovery_one_s").number(kPaperRecoveryOne);
  json.key("recovery_several_s").number(kPaperRecoverySeveral).end_object();
  json.key("machine").begin_object().key("processor").string(machine.processor);
  json.key("processors").number(machine.processors).key("memory_mb").number(machine.memory_mb);
  json.key("system").string(machine.system);
  json.key("load_average_before").number(fixed(machine.load_average, 2)).end_object();
  json.key("versions").begin_object().key("reckoner").string(RECKONER_VERSION);
  json.key("postgresql").string(world.server_setting("server_version"));
  json.key("compiler").string(__VERSION__).end_object();
  json.key("settings").begin_object().key("daemons").number(kDaemons);
  json.key("events_per_s_and_tenant").number(fixed(options.rate, 1));
  json.key("spread_percent").number(fixed(100.0 * kSpread, 0));
  json.key("batch").number(options.batch).key("seed").number(options.seed);
  json.key("fsync").string(world.server_setting("fsync"));
  json.key("synchronous_commit").string(world.server_setting("synchronous_commit")).end_object();
  json.end_object();
  return json.finish() + "\n";
}

std::string paper_table(const std::vector<PaperStep>& steps,
                        const std::vector<PaperFault>& faults) {
  text::Table rows({{"tenants", text::Align::kRight},
                    {"events/s", text::Align::kRight},
                    {"ingest ms", text::Align::kRight},
                    {"p99", text::Align::kRight},
                    {"process ms", text::Align::kRight},
                    {"p99", text::Align::kRight},
                    {"accuracy %", text::Align::kRight}});
  for (const PaperStep& step : steps) {
    rows.add({std::to_string(step.tenants), fixed(step.load.events_per_s(), 0),
              fixed(step.ingest.mean, 2), fixed(step.ingest.p99, 2), fixed(step.process.mean, 2),
              fixed(step.process.p99, 2), percent(step.accuracy)});
  }
  rows.add({"the paper", std::string(kPaperEvents), std::string(kPaperIngestMs), "",
            std::string(kPaperProcessMs), "", std::string(kPaperAccuracy)});
  if (faults.empty()) return rows.to_string();
  text::Table broken({{"killed", text::Align::kLeft},
                      {"recovery s", text::Align::kRight},
                      {"visible s", text::Align::kRight},
                      {"silence s", text::Align::kRight},
                      {"accuracy %", text::Align::kRight}});
  for (const PaperFault& fault : faults) {
    broken.add({fault.name, fixed(fault.recovery_s, 2), fixed(fault.visible_s, 2),
                fixed(fault.silence_s, 2), percent(fault.accuracy)});
  }
  broken.add({"the paper: one", std::string(kPaperRecoveryOne), "", "", ""});
  broken.add({"the paper: several", std::string(kPaperRecoverySeveral), "", "", ""});
  return rows.to_string() + "\n" + broken.to_string();
}

}  // namespace reckoner::bench
