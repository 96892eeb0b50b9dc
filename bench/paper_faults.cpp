#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/error.hpp"
#include "paper.hpp"
#include "visibility.hpp"

namespace reckoner::bench {

namespace {

using Clock = Load::Clock;
using std::chrono::nanoseconds;

constexpr std::chrono::seconds kBefore{3};
constexpr std::chrono::seconds kAfter{5};
constexpr std::chrono::seconds kLongest{120};
/// Answers that were on their way when their sender was killed have come by then.
constexpr std::chrono::milliseconds kOnTheirWay{20};
constexpr std::chrono::microseconds kPause{200};

nanoseconds now() {
  return Clock::now().time_since_epoch();
}

double seconds(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

template <class Moment>
nanoseconds wait_for_moment(Moment moment) {
  const nanoseconds begun = now();
  while (true) {
    if (const nanoseconds at = moment(); at.count() > 0) return at;
    if (now() > begun + kLongest) throw Error("nothing is acknowledged any more");
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

/// Gives the seconds until each of what was killed has acknowledged something again.
double PaperWorld::break_and_mend(Load& load, const std::vector<std::size_t>& daemons,
                                  bool postgresql, nanoseconds& broken_at) {
  broken_at = now();
  for (const std::size_t daemon : daemons) service_.kill_daemon(daemon);
  if (postgresql) service_.kill_postgresql();
  const nanoseconds killed = now();
  for (const std::size_t daemon : daemons) service_.restart_daemon(daemon);
  nanoseconds recovered{0};
  for (std::size_t daemon = 0; daemon < kDaemons; ++daemon) {
    const bool was_killed = std::find(daemons.begin(), daemons.end(), daemon) != daemons.end();
    if (!was_killed && !postgresql) continue;
    const nanoseconds at = wait_for_moment([&] {
      const nanoseconds last = load.last_acknowledged(daemon);
      return last > killed + kOnTheirWay ? last : nanoseconds(0);
    });
    recovered = std::max(recovered, at);
  }
  return seconds(recovered - broken_at);
}

PaperFault PaperWorld::fault(const std::string& name, std::size_t tenants,
                             const std::vector<std::size_t>& daemons, bool postgresql) {
  fmt::print(stderr, "  killed: {}\n", name);
  PaperFault fault;
  fault.name = name;
  Load load(load_options(tenants), ports());
  Visibility visibility(load, service_.port(kDaemons - 1), service_.key(), hundredths_so_far());
  std::atomic<bool> over{false};
  LoadFigures figures;
  std::string failure;
  std::thread sender([&] {
    try {
      figures = load.run({.duration = kLongest * 3,
                          .rate = options_.rate * static_cast<double>(tenants),
                          .spread = kSpread},
                         over);
    } catch (const std::exception& error) {
      failure = error.what();
    }
  });
  try {
    std::this_thread::sleep_for(kBefore);
    load.take_longest_silence();
    nanoseconds broken_at{0};
    fault.recovery_s = break_and_mend(load, daemons, postgresql, broken_at);
    const nanoseconds seen = wait_for_moment([&] {
      visibility.check();
      return visibility.first_seen_after(broken_at + kOnTheirWay);
    });
    fault.visible_s = seconds(seen - broken_at);
    std::this_thread::sleep_for(kAfter);
    fault.silence_s = seconds(load.take_longest_silence());
  } catch (const std::exception& error) {
    failure = error.what();
  }
  over = true;
  sender.join();
  visibility.stop();
  if (stop_) throw Error("stopped");
  if (!failure.empty()) throw Error(fmt::format("{}: {}", name, failure));
  visibility.check();
  if (figures.unanswered > 0) throw Error("the last requests were not answered");
  fault.ack_max_ms = figures.ack_at(1.0);
  fault.resent = figures.reconnects;
  fault.accuracy = settle(load);
  return fault;
}

std::vector<PaperFault> PaperWorld::faults(std::size_t tenants) {
  return {fault("one of two daemons", tenants, {0}, false),
          fault("both daemons", tenants, {0, 1}, false), fault("PostgreSQL", tenants, {}, true),
          fault("both daemons and PostgreSQL", tenants, {0, 1}, true)};
}

}  // namespace reckoner::bench
