#include "engine/run_worker.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "base/failpoint.hpp"
#include "base/log.hpp"

namespace reckoner::engine {

namespace {

constexpr std::chrono::seconds kLease{60};
constexpr std::chrono::seconds kPoolWait{5};
constexpr std::chrono::milliseconds kBackoffMax{5000};

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

constexpr store::Statement kGiveBack{"give batch back", R"(
    update run_batch set leased_until = null
   where run_id = $1 and batch = $2 and token = $3 and state = 'open')"};

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

bool is_ordinal_clash(const store::DatabaseError& error) {
  return error.sqlstate() == "23505" && error.constraint() == "document_pkey";
}

}  // namespace

void Backoff::wait() {
  std::uniform_int_distribution<std::int64_t> jitter(next_.count() / 2, next_.count());
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(jitter(random_));
  while (!stop_ && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  next_ = std::min(next_ * 2, kBackoffMax);
}

void Backoff::reset() {
  next_ = kFirst;
}

RunWorker::RunWorker(store::Pool& pool, Versions& versions, const time::Clock& clock,
                     const RunFacts& run, const std::atomic<bool>& stop,
                     const std::function<void()>& batch_done)
    : pool_(pool),
      versions_(versions),
      clock_(clock),
      run_(run),
      stop_(stop),
      batch_done_(batch_done),
      backoff_(stop) {}

void RunWorker::operator()() {
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

RunWorker::Step RunWorker::work_on_one() {
  auto connection = pool_.take(kPoolWait);
  const auto batch = claim(*connection);
  if (!batch) return open_batches(*connection) ? Step::kHeldByOthers : Step::kNoneLeft;
  bill(*connection, *batch);
  return Step::kWorked;
}

std::optional<ClaimedBatch> RunWorker::claim(store::Connection& connection) {
  const time::Instant now = clock_();
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

bool RunWorker::open_batches(store::Connection& connection) {
  return connection.query(kOpenBatches, {run_.run}).only().int64("open") > 0;
}

/// What repetition cannot mend is narrowed down to one customer, who is parked; everyone else is
/// billed.
void RunWorker::bill(store::Connection& connection, const ClaimedBatch& batch) {
  try {
    BatchCounts counts;
    bill_batch(connection, versions_, run_, batch, clock_(), counts);
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

void RunWorker::narrow_down(store::Connection& connection, const ClaimedBatch& batch,
                            std::string_view reason) {
  log::error("run {}, batch {}: {}", run_.run.value, batch.batch, reason);
  if (batch.customers.size() == 1) {
    park_batch(connection, run_, batch, reason, clock_());
  } else {
    split_batch(connection, run_, batch);
  }
}

/// So that a repetition need not wait for the lease to end.
void RunWorker::give_back(store::Connection& connection, const ClaimedBatch& batch) {
  if (connection.in_transaction() || !connection.is_alive()) return;
  connection.execute(kGiveBack, {run_.run, batch.batch, batch.token});
}

}  // namespace reckoner::engine
