#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/run.hpp"
#include "engine/versions.hpp"
#include "scheduler/clock_watch.hpp"
#include "scheduler/lease.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::scheduler {

struct SchedulerOptions {
  /// Names this scheduler and no other, in any process: host, process id and something random.
  std::string holder;
  std::chrono::seconds lease{60};
};

/// Decides when the engines of the active configuration that have a schedule fire, and begins their
/// runs; whoever shares runs works on them (engine::Runner::share). What was fired is data
/// (`engine_schedule`), so nothing is forgotten while no scheduler runs: missed firings are done
/// one after another, each with its own instant, the next one when the run of the last has ended.
/// Of the schedulers on one database one fires, whoever holds the lease. A firing that two of them
/// began all the same is one run: unique by engine and instant. One thread at a time; needs one
/// connection of the pool.
class Scheduler {
 public:
  Scheduler(store::Pool& pool, engine::Versions& versions, engine::Runner& runner,
            time::Clock clock, SchedulerOptions options);

  /// Begins what is due now and gives the next instant at which something may be: a firing, a look
  /// at a run that goes on, the end of another scheduler's lease, a repetition. None when nothing
  /// is scheduled. An engine seen for the first time counts from now. An engine that fails is
  /// logged and tried again after a minute; the others go on. Throws DatabaseError when the
  /// database refuses; what was done stays done.
  std::optional<time::Instant> step(const std::atomic<bool>& stop);

  /// Steps when something is due, when the clock was set and at least twice a lease, until `stop`
  /// becomes true; then lets the lease go. Nothing but a bug gets out: errors are logged and the
  /// step is repeated.
  void run(const std::atomic<bool>& stop);

 private:
  struct ScheduledEngine;
  enum class Done { kFired, kLeaseLost, kGoesOn };

  std::vector<ScheduledEngine> scheduled_engines();
  std::optional<time::Instant> catch_up(ScheduledEngine& engine, const std::atomic<bool>& stop,
                                        bool& leading);
  Done fire(const ScheduledEngine& engine, time::Instant fires_at, const std::atomic<bool>& stop);
  bool take_lease();
  bool store_fired(const ScheduledEngine& engine, time::Instant fires_at);
  /// By more than a minute since the last call; says so in the log.
  bool clock_has_jumped();
  std::chrono::milliseconds step_and_wait(const std::atomic<bool>& stop);

  store::Pool& pool_;
  engine::Versions& versions_;
  engine::Runner& runner_;
  const time::Clock clock_;
  const std::chrono::seconds lease_duration_;
  Lease lease_;
  std::map<std::string, time::Instant> repeat_at_;  ///< engines that failed
  ClockWatch clock_watch_;
};

}  // namespace reckoner::scheduler
