#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/batch.hpp"
#include "engine/dunning.hpp"
#include "engine/run_retry.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::engine {

/// The threads of this process that work on one run. Each claims a batch, which nobody else does at
/// the same time, and bills it in a transaction. A batch that fails is repeated, halved or parked
/// (run_retry.hpp). One caller at a time.
class RunCrew {
 public:
  /// `worker` is this process's Presence; `book_fees` is for runs that dun.
  RunCrew(store::Pool& pool, Versions& versions, const time::Clock& clock, RunFacts run,
          std::int64_t worker, BookFees book_fees);

  /// Works with so many threads until no batch can be claimed or `stop` becomes true: then the
  /// batches in hand are finished. Others may still hold batches, and some may rest after a
  /// failure. While the database is away it waits. `batch_done` is called in the threads. Gives how
  /// many batches were claimed. Throws Error for what no repetition mends.
  std::int64_t work(int threads, const std::atomic<bool>& stop,
                    const std::function<void()>& batch_done);

  const RunFacts& run() const { return run_; }

 private:
  bool work_on_one();
  std::optional<ClaimedBatch> claim(store::Connection& connection);
  struct Failed {
    Failure failure;
    std::string reason;
  };
  std::optional<Failed> bill(store::Connection& connection, const ClaimedBatch& batch);
  void after_failure(const ClaimedBatch& batch, const Failed& failed);
  void give_back(const ClaimedBatch& batch);

  store::Pool& pool_;
  Versions& versions_;
  const time::Clock& clock_;
  const RunFacts run_;
  const std::int64_t worker_;
  const BookFees book_fees_;
  FailedBatches failed_;
};

}  // namespace reckoner::engine
