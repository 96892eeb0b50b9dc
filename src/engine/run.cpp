#include "engine/run.hpp"

#include <fmt/format.h>

#include <exception>
#include <mutex>
#include <thread>

#include "base/failpoint.hpp"
#include "engine/population.hpp"
#include "engine/run_planning.hpp"
#include "engine/run_worker.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr std::chrono::seconds kPoolWait{5};

constexpr store::Statement kFindFiring{"find firing", R"(
  select run_id, state from engine_run where engine = $1 and fires_at = $2 and kind = 'scheduled')"};

constexpr store::Statement kInsertRun{"insert run", R"(
  insert into engine_run (engine, kind, fires_at, period_label, customer_key, version_id, cut, state,
                          started_at, due, parked)
  values ($1, $2, $3, $4, $5, $6, $7, 'running', $8, $9, $10) returning run_id)"};

// Batches by number from 1, each of at most $3 customers, in the order of $2.
constexpr store::Statement kInsertBatches{"insert batches", R"(
  insert into run_batch (run_id, batch, customer_ids, state)
  select $1, (position - 1) / $3 + 1, array_agg(customer_id order by position), 'open'
    from unnest($2::bigint[]) with ordinality as d(customer_id, position)
   group by (position - 1) / $3)"};

constexpr store::Statement kRunFacts{"run facts", R"(
  select engine, fires_at, period_label, version_id, cut from engine_run where run_id = $1)"};

constexpr store::Statement kUnfinished{"unfinished runs", R"(
  select run_id from engine_run where engine = $1 and state = 'running' order by run_id)"};

constexpr store::Statement kFinish{"finish run", R"(
  update engine_run r
     set state = 'done', ended_at = $2, invoiced = b.invoiced, parked = r.parked + b.parked,
         nothing_due = b.nothing_due
    from (select coalesce(sum(invoiced), 0) as invoiced, coalesce(sum(parked), 0) as parked,
                 coalesce(sum(nothing_due), 0) as nothing_due
            from run_batch where run_id = $1) b
   where r.run_id = $1 and r.state = 'running'
     and not exists (select from run_batch where run_id = $1 and state = 'open'))"};

constexpr store::Statement kCancel{"cancel run", R"(
  update engine_run r
     set state = 'cancelled', ended_at = $2, invoiced = b.invoiced, parked = r.parked + b.parked,
         nothing_due = b.nothing_due
    from (select coalesce(sum(invoiced), 0) as invoiced, coalesce(sum(parked), 0) as parked,
                 coalesce(sum(nothing_due), 0) as nothing_due
            from run_batch where run_id = $1) b
   where r.run_id = $1 and r.state = 'running')"};

constexpr store::Statement kReport{"write admin report", R"(
  insert into outbox (customer_id, message_key, kind, recipient, template, version_id, created_at,
                      next_try_at, message_id)
  select 0, 'admin-report:' || $1::bigint, 'admin-report', $2, 'mail/admin-report.mustache', $3, $4, $4, $5
   where exists (select from over_limit where run_id = $1)
  on conflict do nothing)"};

}  // namespace

Runner::Runner(store::Pool& pool, Versions& versions, time::Clock clock, UsageHooks usage)
    : pool_(pool), versions_(versions), clock_(std::move(clock)), usage_(std::move(usage)) {}

std::optional<RunId> Runner::start(const RunRequest& request) {
  auto connection = pool_.take(kPoolWait);
  const time::Instant now = clock_();
  const VersionId version = require_active(*connection, versions_);
  const auto compiled = versions_.load(*connection, version);
  require_issuing(*compiled, request.engine);

  store::Transaction transaction(*connection);
  // Before the run's own cut, which would hide that nobody closes any.
  if (usage_.require_cut_within) {
    usage_.require_cut_within(
        *connection, now,
        compiled->configuration().settings.duration("billing.metering.cutLagMax"));
  }
  // The counter's lock makes starters wait for one another: the second finds the first one's run.
  const std::int64_t cut = usage_.close_cut_within(*connection, now);
  RK_FAILPOINT("run.after-cut");
  if (request.scheduled) {
    const auto firing =
        connection->query(kFindFiring, {request.engine, request.fires_at}).at_most_one();
    if (firing && firing->text("state") != "running") return std::nullopt;
    if (firing) return RunId{firing->int64("run_id")};
  }
  const DueCustomers due =
      find_due(*connection, request,
               compiled->configuration().settings.duration("billing.trueUpAfter"), now);
  const auto due_count = static_cast<std::int64_t>(due.to_bill.size()) + due.parked;
  const RunId run{
      connection
          ->query(kInsertRun, {request.engine, request.scheduled ? "scheduled" : "manual",
                               request.fires_at, request.period_label, request.customer_key,
                               version, cut, now, due_count, due.parked})
          .only()
          .int64("run_id")};
  const std::int64_t batch_size = compiled->engine(request.engine).batch_size;
  connection->execute(kInsertBatches, {run, due.to_bill, batch_size});
  RK_FAILPOINT("run.after-batches");
  store_population_facts(
      *connection, compiled->configuration(),
      {run, request.engine, request.fires_at, request.period_label, version, cut}, now);
  RK_FAILPOINT("run.before-commit");
  transaction.commit();
  RK_FAILPOINT("run.after-commit");
  return run;
}

std::vector<RunId> Runner::unfinished(const std::string& engine) {
  auto connection = pool_.take(kPoolWait);
  std::vector<RunId> runs;
  for (const store::Row& row : connection->query(kUnfinished, {engine})) {
    runs.push_back({row.int64("run_id")});
  }
  return runs;
}

RunFacts Runner::facts_of(store::Connection& connection, RunId run) {
  const auto row = connection.query(kRunFacts, {run}).at_most_one();
  if (!row) throw Error(fmt::format("there is no run {}", run.value));
  return {.run = run,
          .engine = row->text("engine"),
          .fires_at = row->instant("fires_at"),
          .period_label = row->text("period_label"),
          .version = {row->int64("version_id")},
          .cut = row->int64("cut")};
}

RunSummary Runner::work(RunId run, const std::atomic<bool>& stop,
                        const std::function<void(const RunProgress&)>& progress) {
  RunFacts facts;
  int workers = 1;
  {
    auto connection = pool_.take(kPoolWait);
    facts = facts_of(*connection, run);
    workers = versions_.load(*connection, facts.version)->engine(facts.engine).workers;
  }
  std::mutex mutex;
  const std::function<void()> batch_done = [&] {
    if (!progress) return;
    const std::lock_guard lock(mutex);
    progress(read_progress(*pool_.take(kPoolWait), run));
  };
  batch_done();

  std::exception_ptr failure;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < workers; ++i) {
      threads.emplace_back([&] {
        try {
          RunWorker(pool_, versions_, clock_, facts, stop, batch_done)();
        } catch (Error& error) {
          error.in(fmt::format("engine {}, run {}", facts.engine, run.value));
          const std::lock_guard lock(mutex);
          if (!failure) failure = std::current_exception();
        } catch (...) {
          const std::lock_guard lock(mutex);
          if (!failure) failure = std::current_exception();
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
  finish(run);
  return summary(run);
}

void Runner::finish(RunId run) {
  auto connection = pool_.take(kPoolWait);
  const RunFacts facts = facts_of(*connection, run);
  const auto compiled = versions_.load(*connection, facts.version);
  const time::Instant now = clock_();
  store::Transaction transaction(*connection);
  if (connection->execute(kFinish, {run, now}) == 1) {
    const RunSummary done = find_summary(*connection, run).value();
    RK_CHECK(done.counts.invoiced + done.counts.parked + done.counts.nothing_due == done.due);
    const std::string operator_email =
        compiled->configuration().settings.text("billing.operator.email");
    if (!operator_email.empty()) {
      connection->execute(kReport, {run, operator_email, facts.version, now,
                                    fmt::format("admin-report-{}@reckoner", run.value)});
    }
  }
  RK_FAILPOINT("finish.before-commit");
  transaction.commit();
  RK_FAILPOINT("finish.after-commit");
  usage_.merge_totals(*connection);
  RK_FAILPOINT("finish.after-merge");
}

RunSummary Runner::cancel(RunId run) {
  {
    auto connection = pool_.take(kPoolWait);
    facts_of(*connection, run);
    connection->execute(kCancel, {run, clock_()});
  }
  return summary(run);
}

RunSummary Runner::summary(RunId run) {
  const auto found = find_summary(*pool_.take(kPoolWait), run);
  if (!found) throw Error(fmt::format("there is no run {}", run.value));
  return *found;
}

std::vector<RunSummary> Runner::list(int limit) {
  return list_summaries(*pool_.take(kPoolWait), limit);
}

std::vector<ParkedCustomer> Runner::parked(std::optional<RunId> run) {
  return list_parked(*pool_.take(kPoolWait), run);
}

}  // namespace reckoner::engine
