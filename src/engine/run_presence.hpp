#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "store/pool.hpp"
#include "store/silence.hpp"
#include "time/clock.hpp"

namespace reckoner::engine {

/// How long each of several has been silent, as one observer sees it: from beats that move or stand
/// still, and the observer's own steady clock. A pause of the observer counts as one look, so that
/// whoever slept blames nobody. Pure.
class SilenceWatch {
 public:
  using Steady = std::chrono::steady_clock;
  /// `look` is the longest honest pause between two looks.
  explicit SilenceWatch(std::chrono::milliseconds look) : look_(look) {}

  struct Beat {
    std::int64_t worker = 0;
    std::int64_t beat = 0;
  };
  /// Sees all there are now, and gives those whose beat has stood still for `silence` at least.
  std::vector<Beat> silent(const std::vector<Beat>& seen, Steady::time_point now,
                           std::chrono::milliseconds silence);

 private:
  struct Observed {
    std::int64_t beat = 0;
    std::chrono::milliseconds silent_for{0};
  };
  const std::chrono::milliseconds look_;
  std::map<std::int64_t, Observed> observed_;
  Steady::time_point last_look_{};
};

using store::kSilenceMax;

/// This process among those that work on runs: a row of run_worker whose beat a thread raises while
/// this lives. The same thread looks after the others. Batches whose backend has gone are free at
/// once. A process whose beat has stood still for `silence_max` (stopped, cut off, hanging) has its
/// backends ended first, which frees what they have locked, and then its batches freed under a
/// higher token: what it still commits fails. A process that works honestly for long keeps what it
/// has: its beat goes on. Needs one more connection of the pool. Thread-safe.
class Presence {
 public:
  /// Looks once before it returns: what the dead have left is free then. Throws DatabaseError.
  Presence(store::Pool& pool, const time::Clock& clock, std::chrono::milliseconds silence_max);
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  /// Names this process in run_batch.worker_id.
  std::int64_t worker() const { return worker_; }

 private:
  void enter(store::Connection& connection);
  void beat(store::Connection& connection);
  void look_after_others(store::Connection& connection);
  void live(const std::stop_token& stop);

  store::Pool& pool_;
  const std::chrono::milliseconds silence_max_;
  SilenceWatch watch_;
  std::int64_t worker_ = 0;
  const time::Instant started_at_;
  std::jthread thread_;
};

}  // namespace reckoner::engine
