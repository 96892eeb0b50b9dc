#include "app/housekeeping.hpp"

#include <algorithm>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"
#include "metering/cut.hpp"

namespace reckoner::app {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kConnectionWait{1};
constexpr std::chrono::milliseconds kNap{50};

constexpr store::Statement kUnclaimed{
    "app.unclaimed_batches",
    "select exists (select from ingest_batch where cut is null) as unclaimed"};

class Housekeeping {
 public:
  Housekeeping(store::Pool& pool, const time::Clock& clock, const HousekeepingPauses& pauses)
      : pool_(pool), clock_(clock), pauses_(pauses) {}

  /// Gives how long to wait for the next step.
  std::chrono::milliseconds step() {
    try {
      auto connection = pool_.take(kConnectionWait);
      close_cut(*connection);
      merge(*connection);
      if (failures_ > 0) log::info("cuts are closed again");
      failures_ = 0;
      return pauses_.cuts;
    } catch (const std::exception& error) {
      if (failures_ == 0) log::error("no cut can be closed: {}", error.what());
      failures_ = std::min(failures_ + 1, 20);
      return std::min(pauses_.cuts * (1 << std::min(failures_, 10)), pauses_.longest_wait);
    }
  }

 private:
  void close_cut(store::Connection& connection) {
    if (!connection.query(kUnclaimed).only().boolean("unclaimed")) return;
    metering::close_cut(connection, clock_());
    closed_ = true;
  }

  void merge(store::Connection& connection) {
    if (!closed_ || Steady::now() - merged_at_ < pauses_.merges) return;
    metering::merge_totals(connection);
    merged_at_ = Steady::now();
    closed_ = false;
  }

  store::Pool& pool_;
  const time::Clock& clock_;
  const HousekeepingPauses pauses_;
  Steady::time_point merged_at_ = Steady::now();
  bool closed_ = false;  ///< since totals were merged last
  int failures_ = 0;     ///< one after another
};

}  // namespace

void keep_house(store::Pool& pool, const time::Clock& clock, const std::atomic<bool>& stop,
                const HousekeepingPauses& pauses) {
  Housekeeping housekeeping(pool, clock, pauses);
  while (!stop) {
    const auto until = Steady::now() + housekeeping.step();
    while (!stop && Steady::now() < until) std::this_thread::sleep_for(kNap);
  }
}

}  // namespace reckoner::app
