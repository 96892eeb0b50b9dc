#include "scheduler/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "scheduler/firing.hpp"
#include "store/transaction.hpp"

namespace reckoner::scheduler {

namespace {

constexpr std::chrono::seconds kPoolWait{5};
constexpr std::chrono::minutes kRepeatAfter{1};
constexpr std::chrono::milliseconds kStopLatency{100};
constexpr std::chrono::seconds kPauseAfterError{1};
constexpr std::chrono::milliseconds kLookAgain{200};
constexpr std::chrono::milliseconds kPatience{500};

constexpr store::Statement kLastFirings{"last firings", R"(
  select engine, expression, last_fires_at from engine_schedule where engine = any($1::text[]))"};

constexpr store::Statement kFirstSight{"begin schedules", R"(
  insert into engine_schedule (engine, expression, last_fires_at)
  select engine, expression, $3 from unnest($1::text[], $2::text[]) as e(engine, expression)
  on conflict (engine) do nothing)"};

constexpr store::Statement kStoreFired{"store firing", R"(
  update engine_schedule set last_fires_at = $3, expression = $2 where engine = $1)"};

std::string expression_of(const config::Schedule& schedule) {
  return fmt::format("{} {}", schedule.cron.expression(), schedule.zone.name());
}

std::optional<time::Instant> earlier(std::optional<time::Instant> a,
                                     std::optional<time::Instant> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

/// An engine of the active version that has a schedule, and how far it has got.
struct Scheduler::ScheduledEngine {
  std::string id;
  config::Schedule schedule;
  std::chrono::seconds grace;
  time::Instant last_fires_at;
};

Scheduler::Scheduler(store::Pool& pool, engine::Versions& versions, engine::Runner& runner,
                     time::Clock clock, SchedulerOptions options)
    : pool_(pool),
      versions_(versions),
      runner_(runner),
      clock_(std::move(clock)),
      lease_duration_(options.lease),
      lease_(std::move(options.holder), options.lease) {}

std::optional<time::Instant> Scheduler::step(const std::atomic<bool>& stop) {
  std::optional<time::Instant> next;
  bool leading = take_lease();
  if (leading) {
    for (ScheduledEngine& engine : scheduled_engines()) {
      if (!leading || stop) break;
      next = earlier(next, catch_up(engine, stop, leading));
    }
  }
  if (!leading) return lease_.expires_at(*pool_.take(kPoolWait));
  return next;
}

bool Scheduler::take_lease() {
  return lease_.take(*pool_.take(kPoolWait), clock_());
}

/// In the order of the configuration; those never seen before begin now.
std::vector<Scheduler::ScheduledEngine> Scheduler::scheduled_engines() {
  auto connection = pool_.take(kPoolWait);
  const auto version = versions_.active(*connection);
  if (!version) return {};
  const auto compiled = versions_.load(*connection, *version);
  std::vector<ScheduledEngine> engines;
  std::vector<std::string> ids;
  std::vector<std::string> expressions;
  for (const config::EngineConfig& engine : compiled->configuration().engines) {
    if (!engine.schedule) continue;
    engines.push_back({engine.id, *engine.schedule, engine.grace, {}});
    ids.push_back(engine.id);
    expressions.push_back(expression_of(*engine.schedule));
  }
  if (engines.empty()) return {};

  const time::Instant now = clock_();
  store::Transaction transaction(*connection);
  if (!lease_.fence(*connection)) return {};
  connection->execute(kFirstSight, {ids, expressions, now});
  for (const store::Row& row : connection->query(kLastFirings, {ids})) {
    for (ScheduledEngine& engine : engines) {
      if (engine.id != row.text("engine")) continue;
      engine.last_fires_at = row.instant("last_fires_at");
      if (now < engine.last_fires_at) {
        log::warning(
            "engine {} has fired at {}, but the clock says {}: it does not fire until then",
            engine.id, time::to_string(engine.last_fires_at), time::to_string(now));
      }
    }
  }
  transaction.commit();
  return engines;
}

/// Fires what is due of one engine, oldest first, and gives when the next is. `leading` becomes
/// false when another scheduler has taken over.
std::optional<time::Instant> Scheduler::catch_up(ScheduledEngine& engine,
                                                 const std::atomic<bool>& stop, bool& leading) {
  const auto failed = [&](const std::exception& error) {
    log::error("engine {} is not finished and tried again: {}", engine.id, error.what());
    return repeat_at_[engine.id] = clock_() + kRepeatAfter;
  };
  if (const auto repeat = repeat_at_.find(engine.id); repeat != repeat_at_.end()) {
    if (clock_() < repeat->second) return repeat->second;
    repeat_at_.erase(repeat);
  }
  for (;;) {
    const time::Instant now = clock_();
    const auto fires_at = next_firing(engine.schedule, engine.grace, engine.last_fires_at, now);
    if (!fires_at) return std::nullopt;
    if (*fires_at + engine.grace > now || stop) return *fires_at + engine.grace;
    try {
      leading = take_lease();
      if (!leading) return std::nullopt;
      switch (fire(engine, *fires_at, stop)) {
        case Done::kFired:
          engine.last_fires_at = *fires_at;
          break;
        case Done::kLeaseLost:
          leading = false;
          return std::nullopt;
        case Done::kGoesOn:
          return clock_() + kLookAgain;
      }
    } catch (const store::DatabaseError& error) {
      // Somebody else began this firing between our look and our insert.
      if (error.constraint() == "engine_run_firing") {
        leading = false;
        return std::nullopt;
      }
      if (error.retryable() || error.connection_lost()) throw;
      return failed(error);
    } catch (const Error& error) {
      return failed(error);
    } catch (const Bug& bug) {
      return failed(bug);
    }
  }
}

/// Nothing is waited for here longer than a moment: a run that takes long, or that nobody can work
/// on, keeps no other engine from firing.
Scheduler::Done Scheduler::fire(const ScheduledEngine& engine, time::Instant fires_at,
                                const std::atomic<bool>& stop) {
  // What somebody began and left comes first: later it would bill with older knowledge.
  if (!runner_.unfinished(engine.id).empty()) return Done::kGoesOn;
  RK_FAILPOINT("schedule.before-run");
  const auto run = runner_.start({.engine = engine.id, .scheduled = true, .fires_at = fires_at});
  if (run && !runner_.ended_within(*run, kPatience, stop)) return Done::kGoesOn;
  RK_FAILPOINT("schedule.after-run");
  return store_fired(engine, fires_at) ? Done::kFired : Done::kLeaseLost;
}

bool Scheduler::store_fired(const ScheduledEngine& engine, time::Instant fires_at) {
  auto connection = pool_.take(kPoolWait);
  store::Transaction transaction(*connection);
  if (!lease_.fence(*connection)) return false;
  connection->execute(kStoreFired, {engine.id, expression_of(engine.schedule), fires_at});
  transaction.commit();
  RK_FAILPOINT("schedule.after-fired");
  return true;
}

bool Scheduler::clock_has_jumped() {
  const auto jump = clock_watch_.jump(clock_(), std::chrono::steady_clock::now());
  if (jump) log::warning("the clock has jumped by {} seconds", jump->count());
  return jump.has_value();
}

std::chrono::milliseconds Scheduler::step_and_wait(const std::atomic<bool>& stop) {
  const auto longest = std::chrono::milliseconds(lease_duration_) / 2;
  try {
    const auto next = step(stop);
    if (!next) return longest;
    const auto until = std::chrono::ceil<std::chrono::milliseconds>(*next - clock_());
    return std::clamp(until, std::min(kStopLatency, longest), longest);
  } catch (const Error& error) {
    log::error("scheduler: {}", error.what());
    return std::min<std::chrono::milliseconds>(kPauseAfterError, longest);
  }
}

void Scheduler::run(const std::atomic<bool>& stop) {
  using SteadyClock = std::chrono::steady_clock;
  boost::asio::io_context context;
  boost::asio::steady_timer timer(context);
  SteadyClock::time_point due = SteadyClock::now();
  // Wakes more often than it steps, to look at `stop` and whether the clock was set.
  const std::function<void()> tick = [&] {
    const bool jumped = clock_has_jumped();
    if (!stop && (jumped || SteadyClock::now() >= due)) {
      due = SteadyClock::now() + step_and_wait(stop);
    }
    if (stop) return;
    timer.expires_at(std::min(due, SteadyClock::now() + kStopLatency));
    timer.async_wait([&](const boost::system::error_code&) { tick(); });
  };
  tick();
  context.run();
  try {
    lease_.release(*pool_.take(kPoolWait), clock_());
  } catch (const Error& error) {
    log::warning("scheduler: the lease runs out by itself: {}", error.what());
  }
}

}  // namespace reckoner::scheduler
