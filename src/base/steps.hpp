#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Where the time of threads goes, step by step. Off as shipped: then a Step costs the look at one
/// flag.
namespace reckoner::steps {

/// What one thread spent in one step, without the steps inside it.
struct Spent {
  std::string step;
  std::int64_t times = 0;
  std::chrono::nanoseconds wall{0};
  std::chrono::nanoseconds processor{0};  ///< of the thread itself: the rest is waiting
};

/// While it lives, the steps of all threads are measured. One at a time, made and ended while no
/// thread is in a step.
class Recording {
 public:
  Recording();
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// A list a thread that took a step, each in the order in which its steps were first ended.
  std::vector<std::vector<Spent>> spent() const;
};

namespace detail {
inline std::atomic<bool> recording{false};
void enter(std::string_view step);
void leave();
}  // namespace detail

/// From its making to its end the time of the thread is spent in `step`, but for steps within.
class Step {
 public:
  /// The name is copied at the first end of a step so called.
  explicit Step(std::string_view step)
      : measured_(detail::recording.load(std::memory_order_relaxed)) {
    if (measured_) detail::enter(step);
  }
  ~Step() {
    if (measured_) detail::leave();
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  const bool measured_;
};

}  // namespace reckoner::steps
