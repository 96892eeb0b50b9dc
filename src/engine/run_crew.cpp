#include "engine/run_crew.hpp"

#include <exception>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "engine/issue_days.hpp"

namespace reckoner::engine {

namespace {

constexpr std::chrono::seconds kPoolWait{5};
constexpr std::chrono::milliseconds kLookAgain{50};
constexpr std::chrono::milliseconds kOutagePause{500};
constexpr int kGiveBackTries = 3;

constexpr store::Statement kClaim{"claim batch", R"(
  update run_batch
     set token = token + 1, worker_id = $2, backend_pid = $3, backend_start = $4, claimed_at = $5
   where run_id = $1 and batch = (
     select b.batch from run_batch b
      where b.run_id = $1 and b.state = 'open' and b.worker_id is null
        and b.batch <> all($6::int[])
      order by b.batch limit 1 for update skip locked)
  returning batch, token, customer_ids::text)"};

constexpr store::Statement kGiveBack{"give batch back", R"(
  update run_batch set worker_id = null
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

int jitter() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution<int>(0, 1000)(random);
}

}  // namespace

RunCrew::RunCrew(store::Pool& pool, Versions& versions, const time::Clock& clock, RunFacts run,
                 std::int64_t worker, BookFees book_fees)
    : pool_(pool),
      versions_(versions),
      clock_(clock),
      run_(std::move(run)),
      worker_(worker),
      book_fees_(std::move(book_fees)) {}

std::int64_t RunCrew::work(int threads, const std::atomic<bool>& stop,
                           const std::function<void()>& batch_done) {
  std::atomic<std::int64_t> claimed = 0;
  std::atomic<int> busy = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work_until_none_is_left = [&] {
    while (!stop && !failed) {
      ++busy;
      bool worked = false;
      try {
        worked = work_on_one();
        if (worked) {
          ++claimed;
          batch_done();
        }
      } catch (const store::DatabaseError& error) {
        if (failure_of(error) == Failure::kRefused) {
          const std::lock_guard lock(mutex);
          failure = std::current_exception();
          failed = true;
        } else {
          log::warning("run {}: {}; trying again", run_.run.value, error.what());
          worked = true;
          std::this_thread::sleep_for(kOutagePause);
        }
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
        failed = true;
      }
      --busy;
      if (worked) continue;
      // One that is still at work may give its batch back, or make two of it.
      if (busy == 0) return;
      std::this_thread::sleep_for(kLookAgain);
    }
  };
  {
    std::vector<std::jthread> crew;
    for (int i = 0; i < threads; ++i) crew.emplace_back(work_until_none_is_left);
  }
  if (failure) std::rethrow_exception(failure);
  return claimed;
}

bool RunCrew::work_on_one() {
  std::optional<ClaimedBatch> batch;
  std::optional<Failed> failed;
  {
    auto connection = pool_.take(kPoolWait);
    batch = claim(*connection);
    if (!batch) return false;
    failed = bill(*connection, *batch);
  }
  // With the connection given back: the one that failed may be lost.
  failed ? after_failure(*batch, *failed) : failed_.forget(batch->batch);
  return true;
}

std::optional<ClaimedBatch> RunCrew::claim(store::Connection& connection) {
  RK_FAILPOINT("run.before-claim");
  const auto resting = failed_.resting(FailedBatches::Steady::now());
  const auto row = connection
                       .query(kClaim, {run_.run, worker_, connection.backend_pid(),
                                       connection.backend_start(), clock_(), resting})
                       .at_most_one();
  RK_FAILPOINT("run.after-claim");
  if (!row) return std::nullopt;
  return ClaimedBatch{row->int64("batch"), row->int64("token"),
                      parse_ids(row->text("customer_ids"))};
}

std::optional<RunCrew::Failed> RunCrew::bill(store::Connection& connection,
                                             const ClaimedBatch& batch) {
  try {
    BatchCounts counts;
    const BatchOutcome outcome =
        run_.duns ? dun_batch(connection, versions_, run_, batch, book_fees_, clock_(), counts)
                  : bill_batch(connection, versions_, run_, batch, clock_(), counts);
    if (outcome == BatchOutcome::kLeaseLost) {
      log::warning("run {}, batch {}: somebody else has it now", run_.run.value, batch.batch);
    }
    return std::nullopt;
  } catch (const store::DatabaseError& error) {
    return Failed{failure_of(error), error.what()};
  } catch (const IssueRefused& error) {
    return Failed{Failure::kDay, error.what()};
  } catch (const std::exception& error) {  // also what a user's own handler may throw
    return Failed{Failure::kRefused, error.what()};
  }
}

/// What repetition cannot mend is narrowed down to one customer, who is parked; everyone else is
/// billed.
void RunCrew::after_failure(const ClaimedBatch& batch, const Failed& failed) {
  const std::int64_t failures = failed_.count(batch.batch, failed.failure);
  try {
    switch (next_step(failed.failure, failures, batch.customers.size())) {
      case NextStep::kRepeat:
        log::warning("run {}, batch {}: {}; trying again ({})", run_.run.value, batch.batch,
                     failed.reason, failures);
        failed_.rest(batch.batch,
                     FailedBatches::Steady::now() + rest_after(failed.failure, failures, jitter()));
        give_back(batch);
        return;
      case NextStep::kHalve:
        log::warning("run {}, batch {} is halved: {}", run_.run.value, batch.batch, failed.reason);
        split_batch(*pool_.take(kPoolWait), run_, batch);
        break;
      case NextStep::kPark:
        park_batch(*pool_.take(kPoolWait), run_, batch, failed.reason, clock_());
        break;
      case NextStep::kGiveUp:
        throw IssueRefused(failed.reason);
    }
  } catch (...) {
    give_back(batch);
    throw;
  }
  failed_.forget(batch.batch);
}

/// So that it can be claimed again. What cannot be given back is free once its connection has gone.
void RunCrew::give_back(const ClaimedBatch& batch) {
  for (int i = 0; i < kGiveBackTries; ++i) {
    try {
      pool_.take(kPoolWait)->execute(kGiveBack, {run_.run, batch.batch, batch.token});
      return;
    } catch (const store::DatabaseError& error) {
      log::debug("run {}, batch {} is not given back: {}", run_.run.value, batch.batch,
                 error.what());
    }
  }
}

}  // namespace reckoner::engine
