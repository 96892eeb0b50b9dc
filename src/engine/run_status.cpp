#include "engine/run_status.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kSummary{"run summary", R"(
  select run_id, engine, kind, fires_at, state, due, invoiced, parked, nothing_due, cut, version_id,
         started_at, ended_at from engine_run where run_id = $1)"};

constexpr store::Statement kList{"list runs", R"(
  select run_id, engine, kind, fires_at, state, due, invoiced, parked, nothing_due, cut, version_id,
         started_at, ended_at from engine_run order by run_id desc limit $1)"};

constexpr store::Statement kParked{"parked customers", R"(
  select c.key, p.reason, p.attempts from parked p join customer c using (customer_id)
   where $1::bigint is null or p.run_id = $1 order by c.key)"};

constexpr store::Statement kProgress{"run progress", R"(
  select coalesce(sum(cardinality(customer_ids)), 0)::bigint as customers,
         coalesce(sum(cardinality(customer_ids)) filter (where state = 'done'), 0)::bigint as done
    from run_batch where run_id = $1)"};

RunSummary summary_of(const store::Row& row) {
  return {.run = {row.int64("run_id")},
          .engine = row.text("engine"),
          .scheduled = row.text("kind") == "scheduled",
          .fires_at = row.instant("fires_at"),
          .state = row.text("state"),
          .due = row.int64("due"),
          .counts = {.invoiced = row.int64("invoiced"),
                     .parked = row.int64("parked"),
                     .nothing_due = row.int64("nothing_due")},
          .cut = row.int64("cut"),
          .version = {row.int64("version_id")},
          .started_at = row.instant("started_at"),
          .ended_at = row.optional_instant("ended_at")};
}

}  // namespace

std::optional<RunSummary> find_summary(store::Connection& connection, RunId run) {
  const auto row = connection.query(kSummary, {run}).at_most_one();
  if (!row) return std::nullopt;
  return summary_of(*row);
}

std::vector<RunSummary> list_summaries(store::Connection& connection, int limit) {
  std::vector<RunSummary> runs;
  for (const store::Row& row : connection.query(kList, {limit})) runs.push_back(summary_of(row));
  return runs;
}

std::vector<ParkedCustomer> list_parked(store::Connection& connection, std::optional<RunId> run) {
  std::vector<ParkedCustomer> parked;
  for (const store::Row& row : connection.query(kParked, {run})) {
    parked.push_back({row.text("key"), row.text("reason"), row.int64("attempts")});
  }
  return parked;
}

RunProgress read_progress(store::Connection& connection, RunId run) {
  const store::Row row = connection.query(kProgress, {run}).only();
  return {row.int64("done"), row.int64("customers")};
}

}  // namespace reckoner::engine
