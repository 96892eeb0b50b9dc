#include "engine/run_metrics.hpp"

#include <fmt/format.h>

#include <string_view>

namespace reckoner::engine {

namespace {

constexpr store::Statement kCounts{"run metrics", R"(
  select (select count(*) from engine_run where state = 'running') as running,
         (select count(*) from parked) as parked,
         (select count(*) from held where state = 'open') as held)"};

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
               counts.int64("held"));
}

}  // namespace reckoner::engine
