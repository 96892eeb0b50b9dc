#include <fmt/format.h>

#include "text/json.hpp"
#include "web.hpp"

namespace reckoner::bench {

namespace {

std::string fixed(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

void write_latencies(text::JsonWriter& json, const std::vector<WebLatency>& latencies,
                     unsigned processors) {
  json.begin_array();
  for (const WebLatency& one : latencies) {
    json.begin_object().key("tenants").number(static_cast<std::int64_t>(one.tenants));
    json.key("p50_ms").number(fixed(one.p50_ms, 2)).key("p99_ms").number(fixed(one.p99_ms, 2));
    json.key("max_ms").number(fixed(one.max_ms, 2)).key("requests").number(one.requests);
    json.key("requests_per_s").number(fixed(static_cast<double>(one.requests) / one.seconds, 0));
    json.key("answer_bytes").number(fixed(one.bytes, 0));
    json.key("cpu_share_of_machine").begin_object();
    const double all = one.seconds * processors;
    json.key("daemon").number(fixed(one.cpu_daemon / all, 3));
    json.key("postgresql").number(fixed(one.cpu_postgresql / all, 3));
    json.key("generator").number(fixed(one.cpu_generator / all, 3)).end_object().end_object();
  }
  json.end_array();
}

void write_goals(text::JsonWriter& json, const std::string& name,
                 const std::vector<WebLatency>& latencies) {
  for (const WebLatency& one : latencies) {
    json.key(fmt::format("{}_p99_ms_{}", name, one.tenants)).number(fixed(one.p99_ms, 2));
  }
}

}  // namespace

std::string web_json(const WebOptions& options, const Machine& machine, const WebSettings& settings,
                     const WebFigures& figures) {
  text::JsonWriter json;
  json.begin_object();
  write_goals(json, "interim", figures.interim);
  write_goals(json, "overview", figures.overview);
  json.key("interim");
  write_latencies(json, figures.interim, machine.processors);
  json.key("overview");
  write_latencies(json, figures.overview, machine.processors);
  json.key("customers").number(options.customers);
  json.key("seconds").begin_object().key("filling").number(fixed(figures.filling, 1));
  json.key("measurement").number(fixed(options.seconds, 1)).end_object();
  json.key("peak_rss_mb").number(fixed(figures.memory_mb, 1));
  json.key("machine").begin_object().key("processor").string(machine.processor);
  json.key("processors").number(machine.processors).key("memory_mb").number(machine.memory_mb);
  json.key("system").string(machine.system);
  json.key("load_average_before").number(fixed(machine.load_average, 2)).end_object();
  json.key("versions").begin_object().key("reckoner").string(RECKONER_VERSION);
  json.key("postgresql").string(settings.postgresql).end_object();
  json.key("settings").begin_object().key("fsync").string(settings.fsync);
  json.key("synchronous_commit").string(settings.synchronous_commit);
  json.key("shared_buffers").string(settings.shared_buffers).end_object().end_object();
  return json.finish() + "\n";
}

std::string web_table(const WebFigures& figures) {
  std::string out;
  for (const auto& [name, latencies] :
       {std::pair("interim invoice", &figures.interim), std::pair("overview", &figures.overview)}) {
    for (const WebLatency& one : *latencies) {
      out += fmt::format(
          "{:16} {:3} tenants: p50 {:7.2f} ms, p99 {:7.2f} ms, max {:7.2f} ms; {:6.0f} a second\n",
          name, one.tenants, one.p50_ms, one.p99_ms, one.max_ms,
          static_cast<double>(one.requests) / one.seconds);
    }
  }
  return out;
}

}  // namespace reckoner::bench
