#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "web/http.hpp"

namespace reckoner::web {

/// Of requests that may hold a connection of a pool for long, so many at a time, so that all others
/// find one. Thread-safe.
class HeavySeats {
 public:
  HeavySeats(std::size_t seats, std::chrono::milliseconds wait) : wait_(wait), free_(seats) {}

  /// A seat, until it is destroyed.
  class Seat {
   public:
    /// Waits a little for a free one. Throws Problem 503 with Retry-After where there is none.
    explicit Seat(HeavySeats& seats) : seats_(seats) { seats.take(); }
    ~Seat() { seats_.give_back(); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    HeavySeats& seats_;
  };

 private:
  static constexpr int kRetrySeconds = 5;

  void take() {
    std::unique_lock lock(mutex_);
    if (!is_free_.wait_for(lock, wait_, [this] { return free_ > 0; })) {
      throw Problem(503, "as many long requests as may be are being answered: try again")
          .retry_after(kRetrySeconds);
    }
    --free_;
  }
  void give_back() {
    const std::lock_guard lock(mutex_);
    ++free_;
    is_free_.notify_one();
  }

  const std::chrono::milliseconds wait_;
  std::mutex mutex_;
  std::condition_variable is_free_;
  std::size_t free_;  // guarded by mutex_
};

}  // namespace reckoner::web
