#include "store/disk_full.hpp"

#include <atomic>

namespace reckoner::store {

namespace {
using Clock = std::chrono::steady_clock;
std::atomic<Clock::rep> last{0};  // 0: never
}  // namespace

void note_disk_full() {
  last = Clock::now().time_since_epoch().count();
}

bool disk_was_full(std::chrono::milliseconds within) {
  const Clock::rep at = last;
  return at != 0 && Clock::now() - Clock::time_point(Clock::duration(at)) <= within;
}

}  // namespace reckoner::store
