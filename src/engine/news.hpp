#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace reckoner::engine {

/// Wakes the threads of this process that wait for something to do. Thread-safe.
class News {
 public:
  void tell() {
    {
      const std::lock_guard lock(mutex_);
      ++count_;
    }
    told_.notify_all();
  }
  /// How often was told so far: ask before you look for something to do.
  std::int64_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  /// Until more was told than `known`, `longest` is over, or `stop` is set (looked at ten times a
  /// second).
  void wait(std::int64_t known, const std::atomic<bool>& stop, std::chrono::milliseconds longest) {
    const auto until = std::chrono::steady_clock::now() + longest;
    std::unique_lock lock(mutex_);
    while (!stop && count_ == known && std::chrono::steady_clock::now() < until) {
      told_.wait_until(lock, std::min(until, std::chrono::steady_clock::now() + kStopLatency));
    }
  }

 private:
  static constexpr std::chrono::milliseconds kStopLatency{100};
  mutable std::mutex mutex_;
  std::condition_variable told_;
  std::int64_t count_ = 0;  // guarded by mutex_
};

}  // namespace reckoner::engine
