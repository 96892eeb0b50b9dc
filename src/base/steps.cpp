#include "base/steps.hpp"

#include <time.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/error.hpp"

namespace reckoner::steps {

namespace {

using Nanoseconds = std::chrono::nanoseconds;

Nanoseconds now(clockid_t clock) {
  timespec time{};
  RK_CHECK(clock_gettime(clock, &time) == 0);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

/// The steps of one thread.
struct Thread {
  std::vector<std::string_view> open;  ///< the innermost last
  Nanoseconds wall{0};                 ///< since when the innermost is measured
  Nanoseconds processor{0};
  std::vector<Spent> spent;

  /// What went by since the last call belongs to the innermost step.
  Spent* settle() {
    const Nanoseconds wall_now = now(CLOCK_MONOTONIC);
    const Nanoseconds processor_now = now(CLOCK_THREAD_CPUTIME_ID);
    Spent* place = nullptr;
    if (!open.empty()) {
      const auto found = std::find_if(spent.begin(), spent.end(), [&](const Spent& known) {
        return known.step == open.back();
      });
      place = found != spent.end() ? &*found
                                   : &spent.emplace_back(Spent{.step = std::string(open.back())});
      place->wall += wall_now - wall;
      place->processor += processor_now - processor;
    }
    wall = wall_now;
    processor = processor_now;
    return place;
  }
};

std::mutex mutex;
std::vector<std::shared_ptr<Thread>> threads;  // guarded by the mutex
std::int64_t recordings = 0;                   // guarded by the mutex

Thread& this_thread() {
  thread_local std::shared_ptr<Thread> own;
  thread_local std::int64_t recorded_in = 0;
  const std::lock_guard guard(mutex);
  if (recorded_in != recordings) {
    own = threads.emplace_back(std::make_shared<Thread>());
    recorded_in = recordings;
  }
  return *own;
}

}  // namespace

namespace detail {

void enter(std::string_view step) {
  Thread& thread = this_thread();
  thread.settle();
  thread.open.push_back(step);
}

void leave() {
  Thread& thread = this_thread();
  ++thread.settle()->times;
  thread.open.pop_back();
}

}  // namespace detail

Recording::Recording() {
  const std::lock_guard guard(mutex);
  RK_CHECK(!detail::recording);
  threads.clear();
  ++recordings;
  detail::recording = true;
}

Recording::~Recording() {
  detail::recording = false;
}

std::vector<std::vector<Spent>> Recording::spent() const {
  const std::lock_guard guard(mutex);
  std::vector<std::vector<Spent>> result;
  for (const auto& thread : threads) result.push_back(thread->spent);
  return result;
}

}  // namespace reckoner::steps
