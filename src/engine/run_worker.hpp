#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <string_view>

#include "engine/batch.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::engine {

/// Waits that grow, with jitter, and end early when `stop` is set.
class Backoff {
 public:
  explicit Backoff(const std::atomic<bool>& stop) : stop_(stop) {}
  void wait();
  void reset();

 private:
  static constexpr std::chrono::milliseconds kFirst{100};
  const std::atomic<bool>& stop_;
  std::chrono::milliseconds next_ = kFirst;
  std::minstd_rand random_{std::random_device{}()};
};

/// One thread of a run: claims batches and bills them until none is left or `stop` is set, and
/// calls `batch_done` after each. Throws Error for what no repetition mends.
class RunWorker {
 public:
  RunWorker(store::Pool& pool, Versions& versions, const time::Clock& clock, const RunFacts& run,
            const std::atomic<bool>& stop, const std::function<void()>& batch_done);

  void operator()();

 private:
  enum class Step { kWorked, kHeldByOthers, kNoneLeft };

  Step work_on_one();
  std::optional<ClaimedBatch> claim(store::Connection& connection);
  bool open_batches(store::Connection& connection);
  void bill(store::Connection& connection, const ClaimedBatch& batch);
  void narrow_down(store::Connection& connection, const ClaimedBatch& batch,
                   std::string_view reason);
  void give_back(store::Connection& connection, const ClaimedBatch& batch);

  store::Pool& pool_;
  Versions& versions_;
  const time::Clock& clock_;
  const RunFacts& run_;
  const std::atomic<bool>& stop_;
  const std::function<void()>& batch_done_;
  Backoff backoff_;
};

}  // namespace reckoner::engine
