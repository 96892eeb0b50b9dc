#include <fmt/format.h>

#include "web/console_api.hpp"
#include "web/event_stream.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"
#include "web/run_json.hpp"

namespace reckoner::web {

namespace {

constexpr std::chrono::milliseconds kLook{500};

RunId run_of(const Request& request) {
  return {number_in_path(request, "run")};
}

[[noreturn]] void fail_unknown(RunId run) {
  throw Problem(404, fmt::format("there is no run '{}'", run.value));
}

RunState read_known(store::Connection& connection, RunId run, time::Instant now) {
  auto state = read_run(connection, run, now);
  if (!state) fail_unknown(run);
  return *std::move(state);
}

RunState look(const ConsoleApi& api, RunId run) {
  const auto lease = take_connection(api.pool());
  store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  return read_known(*lease, run, api.now());
}

Response list_runs(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 1);
  engine::RunFilter filter{.engine = request.parameter("engine").value_or("")};
  filter.state = word_parameter(request, "state", {"running", "done", "cancelled"}).value_or("");
  if (page.behind) {
    const auto before = whole_number(page.behind->front());
    if (!before) throw Problem(400, "cursor is none that this list gave");
    filter.before = RunId{*before};
  }
  const auto lease = take_connection(api.pool());
  const auto limit = static_cast<std::int64_t>(page.limit);
  auto runs = engine::list_summaries(*lease, filter, limit + 1);
  const bool more = static_cast<std::int64_t>(runs.size()) > limit;
  if (more) runs.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const engine::RunSummary& run : runs) write_summary(json, run);
  json.end_array();
  write_next(json, more ? std::optional(cursor_of({std::to_string(runs.back().run.value)}))
                        : std::nullopt);
  json.end_object();
  return json_response(json);
}

Response show_run(const ConsoleApi& api, const Request& request) {
  return {200, "application/json", to_json(look(api, run_of(request)))};
}

/// A connection for each look: a stream that lasts for hours holds none.
Response watch_run(const ConsoleApi& api, const Request& request) {
  const RunId run = run_of(request);
  look(api, run);
  return event_stream([api, run](EventStream& stream) {
    std::string told;
    do {
      const RunState state = look(api, run);
      const bool ended = state.run.state != "running";
      std::string data = to_json(state);
      if (data != told && !stream.send({"progress", data})) return;
      if (ended) {
        stream.send({"end", data});
        return;
      }
      told = std::move(data);
    } while (stream.wait(kLook));
  });
}

Response cancel_run(const ConsoleApi& api, const Request& request) {
  const RunId run = run_of(request);
  const RunState before = look(api, run);
  if (before.run.state == "running") {
    // First: what a daemon that dies meanwhile has cancelled is in the log all the same.
    record(*take_connection(api.pool()), request,
           {.action = "run.cancel",
            .subject = fmt::format("run {} of {}", run.value, before.run.engine),
            .before = to_json(before)},
           api.now());
    api.runner.cancel(run);
  }
  return {200, "application/json", to_json(look(api, run))};
}

}  // namespace

std::vector<Route> run_routes(const ConsoleApi& api) {
  return {
      staff_route("GET", "/api/v1/runs", Right::kConsole,
                  [api](const Request& request) { return list_runs(api, request); }),
      staff_route("GET", "/api/v1/runs/{run}", Right::kConsole,
                  [api](const Request& request) { return show_run(api, request); }),
      staff_route("GET", "/api/v1/runs/{run}/events", Right::kConsole,
                  [api](const Request& request) { return watch_run(api, request); }),
      staff_route("POST", "/api/v1/runs/{run}/cancel", Right::kOperate,
                  [api](const Request& request) { return cancel_run(api, request); }),
  };
}

}  // namespace reckoner::web
