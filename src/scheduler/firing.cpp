#include "scheduler/firing.hpp"

#include <algorithm>

namespace reckoner::scheduler {

namespace {

/// The latest firing in (after, until]; none when there is none. Looks back in doubled steps, so
/// that a schedule of every second missed for a year costs no more than one of every year.
std::optional<time::Instant> latest_firing(const config::Schedule& schedule, time::Instant after,
                                           time::Instant until) {
  std::optional<time::Instant> latest;
  for (std::chrono::seconds back{1}; !latest; back *= 2) {
    const time::Instant from = std::max<time::Instant>(until - back, after);
    const auto firing = schedule.cron.next(from, schedule.zone);
    if (firing && *firing <= until) latest = firing;
    if (from == after) break;
  }
  if (!latest) return std::nullopt;
  for (auto next = schedule.cron.next(*latest, schedule.zone); next && *next <= until;
       next = schedule.cron.next(*latest, schedule.zone)) {
    latest = next;
  }
  return latest;
}

}  // namespace

std::optional<time::Instant> next_firing(const config::Schedule& schedule,
                                         std::chrono::seconds grace, time::Instant last,
                                         time::Instant now) {
  const time::Instant until = now - grace;
  if (schedule.missed == config::Missed::kSkip && last < until) {
    const auto latest = latest_firing(schedule, last, until);
    if (latest) return latest;
  }
  return schedule.cron.next(last, schedule.zone);
}

}  // namespace reckoner::scheduler
