#include "engine/run_status.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kSummary{"run summary", R"(
  select r.run_id, r.engine, r.kind, r.fires_at, r.period_label, r.customer_key, r.state, r.due,
         r.cut, r.version_id, r.started_at, r.ended_at,
         r.invoiced + coalesce(b.invoiced, 0) as invoiced,
         r.parked + coalesce(b.parked, 0) as parked, r.held + coalesce(b.held, 0) as held,
         r.nothing_due + coalesce(b.nothing_due, 0) as nothing_due
    from engine_run r
    left join lateral (select sum(invoiced)::bigint as invoiced, sum(parked)::bigint as parked,
                              sum(held)::bigint as held, sum(nothing_due)::bigint as nothing_due
                         from run_batch where run_id = r.run_id and r.state = 'running') b on true
   where r.run_id = $1)"};

constexpr store::Statement kList{"list runs", R"(
  select r.run_id, r.engine, r.kind, r.fires_at, r.period_label, r.customer_key, r.state, r.due,
         r.cut, r.version_id, r.started_at, r.ended_at,
         r.invoiced + coalesce(b.invoiced, 0) as invoiced,
         r.parked + coalesce(b.parked, 0) as parked, r.held + coalesce(b.held, 0) as held,
         r.nothing_due + coalesce(b.nothing_due, 0) as nothing_due
    from (select * from engine_run
           where ($2 = '' or engine = $2) and ($3 = '' or state = $3)
             and ($4::bigint is null or run_id < $4)
           order by run_id desc limit $1) r
    left join lateral (select sum(invoiced)::bigint as invoiced, sum(parked)::bigint as parked,
                              sum(held)::bigint as held, sum(nothing_due)::bigint as nothing_due
                         from run_batch where run_id = r.run_id and r.state = 'running') b on true
   order by r.run_id desc)"};

constexpr store::Statement kParked{"parked customers", R"(
  select c.key, c.name, p.run_id, p.reason, p.attempts, p.first_parked_at
    from parked p join customer c using (customer_id)
   where ($1::bigint is null or p.run_id = $1) and ($2 = '' or c.key collate "C" > $2)
     and ($3 = '' or position(lower($3) in lower(c.key || ' ' || c.name || ' ' || p.reason)) > 0)
   order by c.key collate "C" limit $4)"};

constexpr store::Statement kProgress{"run progress", R"(
  select coalesce(sum(customers), 0)::bigint as customers, count(*) as batches,
         coalesce(sum(customers) filter (where state = 'done'), 0)::bigint as customers_done,
         count(*) filter (where state = 'done') as batches_done
    from run_batch where run_id = $1)"};

// The batch before the last 20 says from when on they were done; the run's start where there is
// none.
constexpr store::Statement kRecent{"recent batches of run", R"(
  with recent as (
    select done_at, customers, row_number() over (order by done_at desc, batch) as position
      from run_batch where run_id = $1 and state = 'done' order by done_at desc, batch limit 21)
  select coalesce(sum(customers) filter (where position <= 20), 0)::bigint as customers,
         coalesce(min(done_at) filter (where position = 21), r.started_at) as since
    from engine_run r left join recent on true
   where r.run_id = $1 and r.state = 'running' group by r.started_at)"};

constexpr store::Statement kWorkers{"workers of run", R"(
  select w.host, w.process, count(*) as batches
    from run_batch b join run_worker w using (worker_id)
   where b.run_id = $1 and b.state = 'open'
   group by w.worker_id, w.host, w.process order by w.worker_id)"};

// Nobody has a batch of it in hand, nor has had since $1.
constexpr store::Statement kUnattended{"unattended runs", R"(
  select r.run_id, r.engine, r.version_id, b.since
    from engine_run r
   cross join lateral (select greatest(r.started_at, max(claimed_at), max(done_at)) as since,
                              coalesce(bool_or(state = 'open' and worker_id is not null), false)
                                as in_hand
                         from run_batch where run_id = r.run_id) b
   where r.state = 'running' and b.since <= $1 and not b.in_hand
   order by r.run_id)"};

constexpr std::chrono::minutes kLeftAlone{2};

RunSummary summary_of(const store::Row& row) {
  return {.run = {row.int64("run_id")},
          .engine = row.text("engine"),
          .scheduled = row.text("kind") == "scheduled",
          .fires_at = row.instant("fires_at"),
          .period_label = row.text("period_label"),
          .customer_key = row.text("customer_key"),
          .state = row.text("state"),
          .due = row.int64("due"),
          .counts = {.invoiced = row.int64("invoiced"),
                     .parked = row.int64("parked"),
                     .held = row.int64("held"),
                     .nothing_due = row.int64("nothing_due")},
          .cut = row.int64("cut"),
          .version = {row.int64("version_id")},
          .started_at = row.instant("started_at"),
          .ended_at = row.optional_instant("ended_at")};
}

void add_rate(const store::Row& recent, time::Instant now, RunProgress& progress) {
  const std::int64_t customers = recent.int64("customers");
  const std::chrono::duration<double> elapsed = now - recent.instant("since");
  if (customers == 0 || elapsed.count() <= 0) return;
  const double rate = static_cast<double>(customers) / elapsed.count();
  progress.customers_per_second = rate;
  const auto left = static_cast<double>(progress.customers - progress.customers_done);
  progress.remaining =
      std::chrono::ceil<std::chrono::seconds>(std::chrono::duration<double>(left / rate));
}

}  // namespace

std::optional<RunSummary> find_summary(store::Connection& connection, RunId run) {
  const auto row = connection.query(kSummary, {run}).at_most_one();
  if (!row) return std::nullopt;
  return summary_of(*row);
}

std::vector<RunSummary> list_summaries(store::Connection& connection, const RunFilter& filter,
                                       std::int64_t limit) {
  std::vector<RunSummary> runs;
  for (const store::Row& row :
       connection.query(kList, {limit, filter.engine, filter.state, filter.before})) {
    runs.push_back(summary_of(row));
  }
  return runs;
}

std::vector<ParkedCustomer> list_parked(store::Connection& connection, const ParkedFilter& filter) {
  std::vector<ParkedCustomer> parked;
  for (const store::Row& row :
       connection.query(kParked, {filter.run, filter.behind, filter.text, filter.limit})) {
    parked.push_back({.key = row.text("key"),
                      .reason = row.text("reason"),
                      .attempts = row.int64("attempts"),
                      .since = row.instant("first_parked_at"),
                      .run = {row.int64("run_id")},
                      .name = row.text("name")});
  }
  return parked;
}

std::string UnattendedRun::says() const {
  std::string text = fmt::format("nobody has worked on run {} of {} since {}", run.value, engine,
                                 time::to_string(since));
  if (!problem.empty()) {
    text += fmt::format("; its configuration does not load here: {}", problem);
  }
  return text;
}

std::string UnattendedRun::todo() const {
  return fmt::format(
      "start reckoner serve with the role engine{}, or end the run: reckoner runs cancel {}",
      problem.empty() ? "" : " where it loads, with its plug-in libraries in --plugins", run.value);
}

std::vector<UnattendedRun> unattended_runs(store::Connection& connection, Versions& versions,
                                           time::Instant now) {
  std::vector<UnattendedRun> runs;
  for (const store::Row& row : connection.query(kUnattended, {now - kLeftAlone})) {
    UnattendedRun run{.run = {row.int64("run_id")},
                      .engine = row.text("engine"),
                      .since = row.instant("since"),
                      .problem = {}};
    try {
      versions.load(connection, {row.int64("version_id")});
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      run.problem = error.what();
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

RunProgress read_progress(store::Connection& connection, RunId run, time::Instant now) {
  const store::Row row = connection.query(kProgress, {run}).only();
  RunProgress progress{.customers_done = row.int64("customers_done"),
                       .customers = row.int64("customers"),
                       .batches_done = row.int64("batches_done"),
                       .batches = row.int64("batches")};
  if (const auto recent = connection.query(kRecent, {run}).at_most_one()) {
    add_rate(*recent, now, progress);
  }
  for (const store::Row& worker : connection.query(kWorkers, {run})) {
    progress.workers.push_back(
        {worker.text("host"), worker.int64("process"), worker.int64("batches")});
  }
  return progress;
}

}  // namespace reckoner::engine
