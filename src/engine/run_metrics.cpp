#include "engine/run_metrics.hpp"

#include <fmt/format.h>

#include <string_view>

namespace reckoner::engine {

namespace {

constexpr store::Statement kCounts{"run metrics", R"(
  select (select count(*) from engine_run where state = 'running') as running,
         (select count(*) from parked) as parked,
         (select count(*) from held where state = 'open') as held,
         (select count(*) from pool_problem) as undivided)"};

constexpr store::Statement kRuns{"run metrics by engine", R"(
  select engine, count(*) filter (where state = 'done') as done,
         count(*) filter (where state = 'cancelled') as cancelled,
         sum(invoiced)::bigint as invoiced, max(ended_at) filter (where state = 'done') as ended_at
    from engine_run group by engine order by engine)"};

std::string described(std::string_view name, std::string_view type, std::string_view help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

/// Engines are named by the configuration: letters, digits and dashes.
std::string by_engine(const store::Rows& runs) {
  std::string ended = described("reckoner_runs_ended_total", "counter", "Runs by how they ended.");
  std::string invoiced = described("reckoner_runs_customers_invoiced_total", "counter",
                                   "Customers that runs have invoiced.");
  std::string last = described("reckoner_runs_last_success_timestamp_seconds", "gauge",
                               "When a run was done last.");
  for (const store::Row& run : runs) {
    const std::string engine = run.text("engine");
    for (const std::string_view state : {"done", "cancelled"}) {
      ended += fmt::format("reckoner_runs_ended_total{{engine=\"{}\",state=\"{}\"}} {}\n", engine,
                           state, run.int64(state));
    }
    invoiced += fmt::format("reckoner_runs_customers_invoiced_total{{engine=\"{}\"}} {}\n", engine,
                            run.int64("invoiced"));
    if (const auto at = run.optional_instant("ended_at")) {
      last +=
          fmt::format("reckoner_runs_last_success_timestamp_seconds{{engine=\"{}\"}} {}\n", engine,
                      std::chrono::floor<std::chrono::seconds>(*at).time_since_epoch().count());
    }
  }
  return ended + invoiced + last;
}

std::string gauge(std::string_view name, std::string_view help, std::int64_t value) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n{0} {2}\n", name, help, value);
}

}  // namespace

std::string run_metrics(store::Connection& connection) {
  const store::Row counts = connection.query(kCounts).only();
  return gauge("reckoner_runs_running", "Runs that have not ended.", counts.int64("running")) +
         gauge("reckoner_customers_parked", "Customers that could not be billed.",
               counts.int64("parked")) +
         gauge("reckoner_customers_held", "Customers whose documents wait for approval.",
               counts.int64("held")) +
         gauge("reckoner_cost_pool_months_undivided",
               "Months of cost pools that could not be divided.", counts.int64("undivided")) +
         by_engine(connection.query(kRuns));
}

}  // namespace reckoner::engine
