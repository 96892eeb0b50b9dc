#include "engine/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "engine/cost_pools.hpp"
#include "engine/population.hpp"
#include "engine/run_crew.hpp"
#include "engine/run_planning.hpp"
#include "engine/run_presence.hpp"
#include "store/silence.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPoolWait{5};
constexpr std::chrono::milliseconds kPoll{500};
constexpr std::chrono::seconds kPauseAfterError{1};
constexpr std::chrono::seconds kRestAfterError{60};
constexpr std::chrono::seconds kLookForUnattended{5};
constexpr std::chrono::minutes kTellAgain{10};

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
  select run_id from engine_run where state = 'running' and ($1 = '' or engine = $1)
   order by run_id)"};

constexpr store::Statement kStanding{"standing of run", R"(
  select state, exists (select from run_batch b where b.run_id = r.run_id and b.state = 'open') as open
    from engine_run r where run_id = $1)"};

constexpr store::Statement kFinish{"finish run", R"(
  update engine_run r
     set state = 'done', ended_at = $2, invoiced = b.invoiced, parked = r.parked + b.parked,
         held = b.held, nothing_due = b.nothing_due
    from (select coalesce(sum(invoiced), 0) as invoiced, coalesce(sum(parked), 0) as parked,
                 coalesce(sum(held), 0) as held, coalesce(sum(nothing_due), 0) as nothing_due
            from run_batch where run_id = $1) b
   where r.run_id = $1 and r.state = 'running'
     and not exists (select from run_batch where run_id = $1 and state = 'open'))"};

constexpr store::Statement kLockRunning{"lock running run", R"(
  select 1 from engine_run where run_id = $1 and state = 'running' for update)"};

// Those that nobody bills in this moment; then nobody can begin another one.
constexpr store::Statement kCancelFree{"cancel free batches", R"(
  update run_batch b set state = 'cancelled', worker_id = null
    from (select run_id, batch from run_batch
           where run_id = $1 and state = 'open' for update skip locked) free
   where b.run_id = free.run_id and b.batch = free.batch)"};

// Waits for those that are being billed, and finds most of them done.
constexpr store::Statement kCancelRest{"cancel batches", R"(
  update run_batch set state = 'cancelled', worker_id = null where run_id = $1 and state = 'open')"};

constexpr store::Statement kCancel{"cancel run", R"(
  update engine_run r
     set state = 'cancelled', ended_at = $2, invoiced = b.invoiced, parked = r.parked + b.parked,
         held = b.held, nothing_due = b.nothing_due
    from (select coalesce(sum(invoiced), 0) as invoiced, coalesce(sum(parked), 0) as parked,
                 coalesce(sum(held), 0) as held, coalesce(sum(nothing_due), 0) as nothing_due
            from run_batch where run_id = $1) b
   where r.run_id = $1)"};

constexpr store::Statement kReport{"write admin report", R"(
  insert into outbox (customer_id, message_key, kind, recipient, template, version_id, created_at,
                      next_try_at, message_id)
  select 0, 'admin-report:' || $1::bigint, 'admin-report', $2, 'mail/admin-report.mustache', $3, $4, $4, $5
   where exists (select from over_limit where run_id = $1)
      or exists (select from engine_run where run_id = $1 and parked + held > 0)
  on conflict do nothing)"};

/// What the operator must know stands in the log, whoever looks at it when.
void tell_end(const RunSummary& run) {
  log::info("engine {}, run {} is {}: {} due, {} invoiced, {} parked, {} held, {} with nothing due",
            run.engine, run.run.value, run.state, run.due, run.counts.invoiced, run.counts.parked,
            run.counts.held, run.counts.nothing_due);
  if (run.counts.parked + run.counts.held == 0) return;
  log::error("run {}: {} customers are parked and {} held: reckoner runs show {}", run.run.value,
             run.counts.parked, run.counts.held, run.run.value);
}

}  // namespace

Runner::Runner(store::Pool& pool, Versions& versions, time::Clock clock, UsageHooks usage,
               std::chrono::milliseconds silence_max, BookFees book_fees)
    : pool_(pool),
      versions_(versions),
      clock_(std::move(clock)),
      usage_(std::move(usage)),
      silence_max_(silence_max),
      book_fees_(std::move(book_fees)) {}

std::optional<RunId> Runner::start(const RunRequest& request) {
  return start(*pool_.take(kPoolWait), request);
}

std::optional<RunId> Runner::start(store::Connection& connection, const RunRequest& request) {
  const time::Instant now = clock_();
  const VersionId version = require_active(connection, versions_);
  const auto compiled = versions_.load(connection, version);
  require_running(*compiled, request.engine);
  const bool bills = !compiled->chain(request.engine).duns();
  if (bills) divide_pools(connection, *compiled, version, request, now);

  store::Transaction transaction(connection);
  store::limit_silence(connection, silence_max_);
  // Before the run's own cut, which would hide that nobody closes any.
  if (bills && usage_.require_cut_within) {
    usage_.require_cut_within(
        connection, now, compiled->configuration().settings.duration("billing.metering.cutLagMax"));
  }
  // The counter's lock makes starters wait for one another: the second finds the first one's run.
  const std::int64_t cut = usage_.close_cut_within(connection, now);
  RK_FAILPOINT("run.after-cut");
  if (request.scheduled) {
    const auto firing =
        connection.query(kFindFiring, {request.engine, request.fires_at}).at_most_one();
    if (firing && firing->text("state") != "running") return std::nullopt;
    if (firing) return RunId{firing->int64("run_id")};
  }
  const DueCustomers due = find_due(connection, *compiled, request, now);
  const auto due_count = static_cast<std::int64_t>(due.to_bill.size()) + due.parked;
  const RunId run{
      connection
          .query(kInsertRun, {request.engine, request.scheduled ? "scheduled" : "manual",
                              request.fires_at, request.period_label, request.customer_key, version,
                              cut, now, due_count, due.parked})
          .only()
          .int64("run_id")};
  const std::int64_t batch_size = compiled->engine(request.engine).batch_size;
  connection.execute(kInsertBatches, {run, due.to_bill, batch_size});
  RK_FAILPOINT("run.after-batches");
  if (bills) {
    store_population_facts(
        connection, compiled->configuration(),
        {run, request.engine, request.fires_at, request.period_label, version, cut}, now);
  }
  RK_FAILPOINT("run.before-commit");
  transaction.commit();
  RK_FAILPOINT("run.after-commit");
  news_.tell();
  return run;
}

/// Before the run is planned, so that what its pools reopen is due in it.
void Runner::divide_pools(store::Connection& connection, const CompiledVersion& compiled,
                          VersionId version, const RunRequest& request, time::Instant now) {
  PoolKnowledge knowledge{request.engine, request.fires_at, 0};
  if (!has_undivided_pools(connection, compiled.configuration(), knowledge)) return;
  {
    store::Transaction transaction(connection);
    knowledge.cut = usage_.close_cut_within(connection, now);
    transaction.commit();
  }
  engine::divide_pools(connection, compiled, version, knowledge, now, silence_max_);
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

/// A run that this process works on.
struct Runner::Task {
  Task(Runner& runner, const RunFacts& facts, std::int64_t worker, int threads_of_engine)
      : crew(runner.pool_, runner.versions_, runner.clock_, facts, worker, runner.book_fees_),
        threads(threads_of_engine) {}
  RunCrew crew;
  const int threads;
};

std::unique_ptr<Runner::Task> Runner::take_on(RunId run, std::int64_t worker) {
  auto connection = pool_.take(kPoolWait);
  RunFacts facts = facts_of(*connection, run);
  const auto version = versions_.load(*connection, facts.version);
  facts.duns = version->chain(facts.engine).duns();
  return std::make_unique<Task>(*this, facts, worker, version->engine(facts.engine).workers);
}

RunSummary Runner::work(RunId run, const std::atomic<bool>& stop,
                        const std::function<void(const RunProgress&)>& progress) {
  const Presence presence(pool_, clock_, silence_max_);
  const auto task = take_on(run, presence.worker());
  std::mutex mutex;
  const std::function<void()> batch_done = [&] {
    if (!progress) return;
    const std::lock_guard lock(mutex);
    progress(read_progress(*pool_.take(kPoolWait), run, clock_()));
  };
  batch_done();
  while (true) {
    const std::int64_t news = news_.count();
    bool idle = true;
    try {
      idle = task->crew.work(task->threads, stop, batch_done) == 0;
      if (finish(run) || stop) return summary(run);
      if (idle) batch_done();
    } catch (const store::DatabaseError& error) {
      if (stop || failure_of(error) == Failure::kRefused) throw;
      log::warning("run {}: {}; trying again", run.value, error.what());
    } catch (Error& error) {
      error.in(fmt::format("engine {}, run {}", task->crew.run().engine, run.value));
      throw;
    }
    if (idle) news_.wait(news, stop, kPoll);
  }
}

bool Runner::ended_within(RunId run, std::chrono::milliseconds longest,
                          const std::atomic<bool>& stop) {
  const auto until = SteadyClock::now() + longest;
  while (true) {
    const std::int64_t news = news_.count();
    if (summary(run).state != "running") return true;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now());
    if (stop || sharing_ == 0 || left.count() <= 0) return false;
    news_.wait(news, stop, left);
  }
}

void Runner::share(const std::atomic<bool>& stop) {
  ++sharing_;
  std::map<RunId, Share> shares;
  std::optional<Presence> presence;
  SteadyClock::time_point look_at{};
  while (!stop) {
    const std::int64_t news = news_.count();
    bool worked = false;
    try {
      const std::vector<RunId> runs = unfinished("");
      std::erase_if(shares, [&](const auto& share) {
        return std::find(runs.begin(), runs.end(), share.first) == runs.end();
      });
      if (runs.empty()) presence.reset();
      if (!runs.empty() && !presence) presence.emplace(pool_, clock_, silence_max_);
      for (const RunId run : runs) {
        if (stop) break;
        worked = take_part(run, shares[run], presence->worker(), stop) || worked;
      }
      if (SteadyClock::now() >= look_at) {
        look_at = SteadyClock::now() + kLookForUnattended;
        tell_unattended(shares);
      }
    } catch (const std::exception& error) {
      log::error("runs: {}", error.what());
      news_.wait(news, stop, kPauseAfterError);
    }
    if (!worked) news_.wait(news, stop, kPoll);
  }
  --sharing_;
}

/// Gives whether there was something to do. A run that cannot be worked on here is told once and
/// left to others; one that fails is tried again after a while.
bool Runner::take_part(RunId run, Share& share, std::int64_t worker,
                       const std::atomic<bool>& stop) {
  if (share.apart || SteadyClock::now() < share.rests_until) return false;
  try {
    if (!share.task) share.task = take_on(run, worker);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    share.apart = true;
    log::error("this process takes no part in run {}: {}", run.value, error.what());
    return false;
  }
  try {
    const bool worked = share.task->crew.work(share.task->threads, stop, [] {}) > 0;
    return finish(run) || worked;
  } catch (const store::DatabaseError& error) {
    if (failure_of(error) != Failure::kRefused) throw;
    log::error("run {} is not finished and tried again: {}", run.value, error.what());
  } catch (const std::exception& error) {
    log::error("run {} is not finished and tried again: {}", run.value, error.what());
  }
  share.rests_until = SteadyClock::now() + kRestAfterError;
  return false;
}

/// Of the runs that cannot be worked on here.
void Runner::tell_unattended(std::map<RunId, Share>& shares) {
  if (std::ranges::none_of(shares, [](const auto& share) { return share.second.apart; })) return;
  for (const UnattendedRun& run : unattended()) {
    const auto share = shares.find(run.run);
    if (share == shares.end() || !share->second.apart) continue;
    if (SteadyClock::now() < share->second.quiet_until) continue;
    share->second.quiet_until = SteadyClock::now() + kTellAgain;
    log::error("{}: {}", run.says(), run.todo());
  }
}

/// Ends the run when all its batches are done. Gives whether it has ended, whoever did that.
bool Runner::finish(RunId run) {
  auto connection = pool_.take(kPoolWait);
  const store::Row standing = connection->query(kStanding, {run}).only();
  if (standing.text("state") != "running") return true;
  if (standing.boolean("open")) return false;
  const RunFacts facts = facts_of(*connection, run);
  const auto compiled = versions_.load(*connection, facts.version);
  const time::Instant now = clock_();
  store::Transaction transaction(*connection);
  store::limit_silence(*connection, silence_max_);
  if (connection->execute(kFinish, {run, now}) == 0) return true;
  const RunSummary done = find_summary(*connection, run).value();
  RK_CHECK(done.counts.total() == done.due);
  const std::string operator_email =
      compiled->configuration().settings.text("billing.operator.email");
  if (!operator_email.empty()) {
    connection->execute(kReport, {run, operator_email, facts.version, now,
                                  fmt::format("admin-report-{}@reckoner", run.value)});
  }
  RK_FAILPOINT("finish.before-commit");
  transaction.commit();
  RK_FAILPOINT("finish.after-commit");
  tell_end(done);
  news_.tell();
  usage_.merge_totals(*connection);
  RK_FAILPOINT("finish.after-merge");
  return true;
}

RunSummary Runner::cancel(RunId run) {
  {
    const Presence presence(pool_, clock_, silence_max_);  // ends who stands still in a batch
    auto connection = pool_.take(kPoolWait);
    facts_of(*connection, run);
    store::Transaction transaction(*connection);
    store::limit_silence(*connection, silence_max_);
    if (!connection->query(kLockRunning, {run}).empty()) {
      connection->execute(kCancelFree, {run});
      connection->execute(kCancelRest, {run});
      connection->execute(kCancel, {run, clock_()});
    }
    RK_FAILPOINT("cancel.before-commit");
    transaction.commit();
    RK_FAILPOINT("cancel.after-commit");
  }
  news_.tell();
  return summary(run);
}

RunSummary Runner::summary(RunId run) {
  const auto found = find_summary(*pool_.take(kPoolWait), run);
  if (!found) throw Error(fmt::format("there is no run {}", run.value));
  return *found;
}

RunProgress Runner::progress(RunId run) {
  auto connection = pool_.take(kPoolWait);
  facts_of(*connection, run);
  return read_progress(*connection, run, clock_());
}

std::vector<RunSummary> Runner::list(int limit) {
  return list_summaries(*pool_.take(kPoolWait), {}, limit);
}

std::vector<UnattendedRun> Runner::unattended() {
  return unattended_runs(*pool_.take(kPoolWait), versions_, clock_());
}

std::vector<ParkedCustomer> Runner::parked(std::optional<RunId> run) {
  return list_parked(*pool_.take(kPoolWait), {.run = run});
}

}  // namespace reckoner::engine
