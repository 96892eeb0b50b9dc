#include "web/run_json.hpp"

#include <fmt/format.h>

#include "web/json_members.hpp"

namespace reckoner::web {

namespace {

void write_progress(text::JsonWriter& json, const engine::RunProgress& progress) {
  json.begin_object().key("customers_done").number(progress.customers_done);
  json.key("customers").number(progress.customers);
  json.key("batches_done").number(progress.batches_done);
  json.key("batches").number(progress.batches).key("customers_per_second");
  progress.customers_per_second
      ? json.number(std::string_view(fmt::format("{:.1f}", *progress.customers_per_second)))
      : json.null();
  json.key("seconds_left");
  progress.remaining ? json.number(progress.remaining->count()) : json.null();
  json.key("workers").begin_array();
  for (const engine::RunWorker& worker : progress.workers) {
    json.begin_object().key("host").string(worker.host).key("process").number(worker.process);
    json.key("batches").number(worker.batches).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

void write_summary(text::JsonWriter& json, const engine::RunSummary& run) {
  json.begin_object().key("run").number(run.run.value).key("engine").string(run.engine);
  json.key("kind").string(run.scheduled ? "scheduled" : "manual");
  json.key("fires_at").string(time::to_string(run.fires_at));
  write_text_or_null(json, "period", run.period_label);
  write_text_or_null(json, "customer", run.customer_key);
  json.key("state").string(run.state).key("due").number(run.due);
  json.key("invoiced").number(run.counts.invoiced).key("held").number(run.counts.held);
  json.key("parked").number(run.counts.parked);
  json.key("nothing_due").number(run.counts.nothing_due);
  json.key("left").number(run.due - run.counts.total()).key("cut").number(run.cut);
  json.key("configuration_version").number(run.version.value);
  json.key("started_at").string(time::to_string(run.started_at)).key("ended_at");
  run.ended_at ? json.string(time::to_string(*run.ended_at)) : json.null();
  json.end_object();
}

std::optional<RunState> read_run(store::Connection& connection, RunId run, time::Instant now) {
  auto summary = engine::find_summary(connection, run);
  if (!summary) return std::nullopt;
  return RunState{std::move(*summary), engine::read_progress(connection, run, now)};
}

std::string to_json(const RunState& state) {
  text::JsonWriter json;
  json.begin_object().key("run");
  write_summary(json, state.run);
  json.key("progress");
  write_progress(json, state.progress);
  json.end_object();
  return json.finish();
}

}  // namespace reckoner::web
