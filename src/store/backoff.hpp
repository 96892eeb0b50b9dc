#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace reckoner::store {

/// Pauses between attempts: each about twice the one before, up to `longest`, and each between half
/// and the whole of what it is in turn, so that those who failed together do not come back
/// together. Waits for nothing itself. Not thread-safe.
class Backoff {
 public:
  explicit Backoff(std::chrono::milliseconds first = std::chrono::milliseconds(10),
                   std::chrono::milliseconds longest = std::chrono::milliseconds(1000))
      : first_(first), longest_(longest), next_(first) {}

  std::chrono::milliseconds next() {
    std::uniform_int_distribution<std::int64_t> jitter(next_.count() / 2, next_.count());
    const std::chrono::milliseconds pause(jitter(random_));
    next_ = std::min(next_ * 2, longest_);
    return pause;
  }
  /// After a success.
  void reset() { next_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds next_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace reckoner::store
