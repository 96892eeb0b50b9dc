#pragma once

#include <atomic>
#include <chrono>

#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::app {

struct HousekeepingPauses {
  std::chrono::milliseconds cuts{1'000};           ///< between two looks for batches without a cut
  std::chrono::milliseconds merges{60'000};        ///< at least, between two merges of the totals
  std::chrono::milliseconds longest_wait{1'000};  ///< after failures
};

/// Closes a cut about every second while there are batches that no cut has claimed, and merges the
/// totals now and then after cuts were closed; until `stop` becomes true. A lost database is logged
/// once, and tried again at growing intervals. Several daemons may do it at once.
void keep_house(store::Pool& pool, const time::Clock& clock, const std::atomic<bool>& stop,
                const HousekeepingPauses& pauses = {});

}  // namespace reckoner::app
