#include "engine/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <random>
#include <thread>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "engine/population.hpp"
#include "engine/run_planning.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr std::chrono::seconds kLease{60};
constexpr std::chrono::seconds kPoolWait{5};
constexpr std::chrono::milliseconds kBackoffFirst{100};
constexpr std::chrono::milliseconds kBackoffMax{5000};

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

// A batch is free when nobody holds it, its lease is over, or the backend that took it has gone.
constexpr store::Statement kClaim{"claim batch", R"(
  update run_batch
     set token = token + 1, leased_until = $2, backend_pid = $3, backend_start = $4
   where run_id = $1 and batch = (
     select b.batch from run_batch b
      where b.run_id = $1 and b.state = 'open'
        and exists (select from engine_run where run_id = $1 and state = 'running')
        and (b.leased_until is null or b.leased_until < $5
          or not exists (select from pg_stat_activity a
                          where a.pid = b.backend_pid and a.backend_start = b.backend_start))
      order by b.batch limit 1 for update skip locked)
  returning batch, token, customer_ids::text)"};

// A holder that stands still inside its transaction would block the counters: it is ended before
// its batch is claimed again. One that works on beyond its lease is left alone: its row is locked.
constexpr store::Statement kEndOverdue{"end overdue backends", R"(
  select pg_terminate_backend(a.pid)
    from run_batch b
    join pg_stat_activity a on a.pid = b.backend_pid and a.backend_start = b.backend_start
   where b.run_id = $1 and b.state = 'open' and b.leased_until < $2
     and a.state like 'idle in transaction%' and a.state_change < $3)"};

constexpr store::Statement kOpenBatches{"open batches", R"(
  select count(*) as open from run_batch join engine_run r using (run_id)
   where run_id = $1 and run_batch.state = 'open' and r.state = 'running')"};

constexpr store::Statement kProgress{"run progress", R"(
  select coalesce(sum(cardinality(customer_ids)), 0)::bigint as customers,
         coalesce(sum(cardinality(customer_ids)) filter (where state = 'done'), 0)::bigint as done
    from run_batch where run_id = $1)"};

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

constexpr store::Statement kSummary{"run summary", R"(
  select run_id, engine, kind, fires_at, state, due, invoiced, parked, nothing_due, cut, version_id,
         started_at, ended_at from engine_run where run_id = $1)"};

constexpr store::Statement kList{"list runs", R"(
  select run_id, engine, kind, fires_at, state, due, invoiced, parked, nothing_due, cut, version_id,
         started_at, ended_at from engine_run order by run_id desc limit $1)"};

constexpr store::Statement kParked{"parked customers", R"(
  select c.key, p.reason, p.attempts from parked p join customer c using (customer_id)
   where $1::bigint is null or p.run_id = $1 order by c.key)"};

std::vector<std::int64_t> parse_ids(std::string_view array) {
  std::vector<std::int64_t> ids;
  std::int64_t id = 0;
  bool digits = false;
  for (char c : array) {
    if (c >= '0' && c <= '9') {
      id = id * 10 + (c - '0');
      digits = true;
    } else if (digits) {
      ids.push_back(std::exchange(id, 0));
      digits = false;
    }
  }
  return ids;
}

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

bool is_ordinal_clash(const store::DatabaseError& error) {
  return error.sqlstate() == "23505" && error.constraint() == "document_pkey";
}

/// Waits that grow, with jitter, and end early when `stop` is set.
class Backoff {
 public:
  explicit Backoff(const std::atomic<bool>& stop) : stop_(stop) {}
  void wait() {
    std::uniform_int_distribution<std::int64_t> jitter(next_.count() / 2, next_.count());
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(jitter(random_));
    while (!stop_ && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    next_ = std::min(next_ * 2, kBackoffMax);
  }
  void reset() { next_ = kBackoffFirst; }

 private:
  const std::atomic<bool>& stop_;
  std::chrono::milliseconds next_ = kBackoffFirst;
  std::minstd_rand random_{std::random_device{}()};
};

VersionId require_active(store::Connection& connection, const Versions& versions) {
  const auto version = versions.active(connection);
  if (!version) throw Error("no configuration is active yet: reckoner config apply");
  return *version;
}

void require_issuing(const CompiledVersion& version, const std::string& engine) {
  if (version.chain(engine).issues()) return;
  throw UsageError(fmt::format(
      "engine '{}' issues nothing, so it cannot be run: reckoner interim CUSTOMER shows "
      "what it computes",
      engine));
}

}  // namespace

/// One thread of a run.
class Runner::Worker {
 public:
  Worker(Runner& runner, const RunFacts& run, const std::atomic<bool>& stop,
         const std::function<void()>& batch_done)
      : runner_(runner), run_(run), stop_(stop), batch_done_(batch_done), backoff_(stop) {}

  void operator()() {
    while (!stop_) {
      try {
        switch (work_on_one()) {
          case Step::kNoneLeft:
            return;
          case Step::kHeldByOthers:
            backoff_.wait();
            continue;  // their leases may run out
          case Step::kWorked:
            break;
        }
        backoff_.reset();
        batch_done_();
      } catch (const store::DatabaseError& error) {
        if (!error.retryable() && !error.connection_lost() && !is_ordinal_clash(error)) throw;
        log::warning("run {}: {}; trying again", run_.run.value, error.what());
        backoff_.wait();
      }
    }
  }

 private:
  enum class Step { kWorked, kHeldByOthers, kNoneLeft };

  Step work_on_one() {
    auto connection = runner_.pool_.take(kPoolWait);
    const auto batch = claim(*connection);
    if (!batch) return open_batches(*connection) ? Step::kHeldByOthers : Step::kNoneLeft;
    bill(*connection, *batch);
    return Step::kWorked;
  }

  std::optional<ClaimedBatch> claim(store::Connection& connection) {
    const time::Instant now = runner_.clock_();
    RK_FAILPOINT("run.before-claim");
    connection.query(kEndOverdue, {run_.run, now, now - kLease});
    const auto row = connection
                         .query(kClaim, {run_.run, now + kLease, connection.backend_pid(),
                                         connection.backend_start(), now})
                         .at_most_one();
    RK_FAILPOINT("run.after-claim");
    if (!row) return std::nullopt;
    return ClaimedBatch{row->int64("batch"), row->int64("token"),
                        parse_ids(row->text("customer_ids"))};
  }

  bool open_batches(store::Connection& connection) {
    return connection.query(kOpenBatches, {run_.run}).only().int64("open") > 0;
  }

  /// What repetition cannot mend is narrowed down to one customer, who is parked; everyone else is
  /// billed.
  void bill(store::Connection& connection, const ClaimedBatch& batch) {
    try {
      BatchCounts counts;
      bill_batch(connection, runner_.versions_, run_, batch, runner_.clock_(), counts);
    } catch (const store::DatabaseError& error) {
      if (error.retryable() || error.connection_lost() || is_ordinal_clash(error)) {
        give_back(connection, batch);
        throw;
      }
      narrow_down(connection, batch, error.what());
    } catch (const std::exception& error) {  // also what a user's own handler may throw
      narrow_down(connection, batch, error.what());
    }
  }

  void narrow_down(store::Connection& connection, const ClaimedBatch& batch,
                   std::string_view reason) {
    log::error("run {}, batch {}: {}", run_.run.value, batch.batch, reason);
    if (batch.customers.size() == 1) {
      park_batch(connection, run_, batch, reason, runner_.clock_());
    } else {
      split_batch(connection, run_, batch);
    }
  }

  /// So that a repetition need not wait for the lease to end.
  void give_back(store::Connection& connection, const ClaimedBatch& batch) {
    static constexpr store::Statement kGiveBack{"give batch back", R"(
      update run_batch set leased_until = null
       where run_id = $1 and batch = $2 and token = $3 and state = 'open')"};
    if (connection.in_transaction() || !connection.is_alive()) return;
    connection.execute(kGiveBack, {run_.run, batch.batch, batch.token});
  }

  Runner& runner_;
  const RunFacts& run_;
  const std::atomic<bool>& stop_;
  const std::function<void()>& batch_done_;
  Backoff backoff_;
};

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
    auto connection = pool_.take(kPoolWait);
    const store::Row row = connection->query(kProgress, {run}).only();
    progress({row.int64("done"), row.int64("customers")});
  };
  batch_done();

  std::exception_ptr failure;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < workers; ++i) {
      threads.emplace_back([&] {
        try {
          Worker(*this, facts, stop, batch_done)();
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
    const RunSummary done = summary_of(connection->query(kSummary, {run}).only());
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
  auto connection = pool_.take(kPoolWait);
  const auto row = connection->query(kSummary, {run}).at_most_one();
  if (!row) throw Error(fmt::format("there is no run {}", run.value));
  return summary_of(*row);
}

std::vector<RunSummary> Runner::list(int limit) {
  auto connection = pool_.take(kPoolWait);
  std::vector<RunSummary> runs;
  for (const store::Row& row : connection->query(kList, {limit})) runs.push_back(summary_of(row));
  return runs;
}

std::vector<ParkedCustomer> Runner::parked(std::optional<RunId> run) {
  auto connection = pool_.take(kPoolWait);
  std::vector<ParkedCustomer> parked;
  for (const store::Row& row : connection->query(kParked, {run})) {
    parked.push_back({row.text("key"), row.text("reason"), row.int64("attempts")});
  }
  return parked;
}

namespace {

void add_slice(FactReader& facts, store::Connection& connection, Versions& versions,
               const ComputationRequest& slice, time::Instant now, Runner::DryRun& result);

/// As a run splits a batch, until the culprit is alone.
void add_halves(FactReader& facts, store::Connection& connection, Versions& versions,
                const ComputationRequest& slice, time::Instant now, Runner::DryRun& result) {
  const std::size_t middle = slice.customers.size() / 2;
  ComputationRequest half = slice;
  half.customers = slice.customers.first(middle);
  add_slice(facts, connection, versions, half, now, result);
  half.customers = slice.customers.subspan(middle);
  add_slice(facts, connection, versions, half, now, result);
}

/// What the customers of a slice would be billed, or why they would be parked.
void add_slice(FactReader& facts, store::Connection& connection, Versions& versions,
               const ComputationRequest& slice, time::Instant now, Runner::DryRun& result) {
  try {
    Computation computation = compute(facts, connection, versions, slice);
    preview_documents(facts, connection, versions, slice.chain, slice.active, now, computation);
    for (DocumentWork& work : computation.documents) {
      result.documents.push_back(std::move(work.document));
    }
    for (const CustomerWork& customer : computation.customers) {
      if (customer.parked) result.parked.push_back({customer.customer.key, *customer.parked, 0});
    }
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const std::exception& error) {
    if (slice.customers.size() > 1) {
      add_halves(facts, connection, versions, slice, now, result);
      return;
    }
    for (const CustomerWork& customer : facts.customers(slice.customers)) {
      result.parked.push_back({customer.customer.key, error.what(), 0});
    }
  }
}

}  // namespace

Runner::DryRun Runner::dry_run(const RunRequest& request) {
  auto connection = pool_.take(kPoolWait);
  const time::Instant now = clock_();
  store::Transaction snapshot(*connection, store::TransactionKind::kSnapshotReadOnly);
  const VersionId version = require_active(*connection, versions_);
  const auto compiled = versions_.load(*connection, version);
  require_issuing(*compiled, request.engine);
  static constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};
  const std::int64_t cut = connection->query(kCut).only().int64("cut");
  const DueCustomers due =
      find_due(*connection, request,
               compiled->configuration().settings.duration("billing.trueUpAfter"), now);

  DryRun result;
  result.parked_before = due.parked;
  result.due = static_cast<std::int64_t>(due.to_bill.size()) + due.parked;
  FactReader facts(*connection, {cut, /*tail=*/true});
  const ComputationRequest whole{due.to_bill,
                                 {.engine = request.engine,
                                  .until = request.fires_at,
                                  .accrue = false,
                                  .label = request.period_label},
                                 request.engine,
                                 version};
  const auto batch_size = static_cast<std::size_t>(compiled->engine(request.engine).batch_size);
  for (std::size_t first = 0; first < due.to_bill.size(); first += batch_size) {
    ComputationRequest slice = whole;
    slice.customers =
        whole.customers.subspan(first, std::min(batch_size, due.to_bill.size() - first));
    add_slice(facts, *connection, versions_, slice, now, result);
  }
  return result;
}

}  // namespace reckoner::engine
