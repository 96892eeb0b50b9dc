#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "store/database_error.hpp"

namespace reckoner::engine {

/// Why a batch failed, as far as it matters for what is done next.
enum class Failure {
  kClash,       ///< another writer of a customer was faster: (customer, ordinal) is taken
  kContention,  ///< serialization, deadlock, lock not available: 40001, 40P01, 55P03
  kTimeout,     ///< cancelled, or too long: 57014, 25P03
  kConnection,  ///< lost, also because the server was short of memory: 08xxx, 57P0x, 53200
  kWorld,       ///< the server is full or too busy, whatever the batch: 53xxx
  kDay,         ///< nothing may be issued on the day that the clock shows (IssueRefused)
  kRefused,     ///< what no repetition mends
};
Failure failure_of(const store::DatabaseError& error);

enum class NextStep {
  kRepeat,
  kHalve,   ///< the batch becomes two, so that a culprit ends up alone
  kPark,    ///< its only customer is the culprit
  kGiveUp,  ///< the run ends here and can be gone on with
};
/// After so many failures of the kind of a batch with so many customers. A
/// clash, a lost connection and a full server never park anybody: they say nothing about a
/// customer. A day on which nothing may be issued is looked at again a few times: midnight may have
/// overtaken the batch, here or on a machine whose clock is a little ahead.
NextStep next_step(Failure failure, std::int64_t failures, std::size_t customers);

/// How long a batch rests after so many failures of that kind: it doubles from 0.1 to 5 seconds;
/// after lost connections to 1 second, so that a server that is back is billed on within 2; a clash
/// rests 0.1 each time. `jitter` of 0 to 1000 is how much of the second half of it is waited.
std::chrono::milliseconds rest_after(Failure failure, std::int64_t failures, int jitter);

/// The batches of a run that failed in this process: how often, and which of them rest.
/// Thread-safe.
class FailedBatches {
 public:
  using Steady = std::chrono::steady_clock;

  /// One failure more. Gives the number of those of its kind.
  std::int64_t count(std::int64_t batch, Failure failure);
  void rest(std::int64_t batch, Steady::time_point until);
  /// It was billed, or is another batch now.
  void forget(std::int64_t batch);
  std::vector<std::int64_t> resting(Steady::time_point now) const;

 private:
  struct Record {
    std::map<Failure, std::int64_t> failures;
    Steady::time_point rests_until;
  };
  mutable std::mutex mutex_;
  std::map<std::int64_t, Record> batches_;  // guarded by mutex_
};

}  // namespace reckoner::engine
