#include "metering/query_window.hpp"

namespace reckoner::metering {

namespace {

using std::chrono::seconds;
using Second = std::chrono::sys_seconds;

seconds local_since_epoch(Second second, const time::Zone& zone) {
  const time::LocalTime local = zone.local(time::Instant(second));
  return std::chrono::sys_days(local.date).time_since_epoch() + local.since_midnight;
}

seconds offset_at(Second second, const time::Zone& zone) {
  return local_since_epoch(second, zone) - second.time_since_epoch();
}

/// How long ago the clock showed a whole `unit`, had it run on evenly.
seconds into_unit(Second second, seconds unit, const time::Zone& zone) {
  const seconds local = local_since_epoch(second, zone);
  const seconds into = local % unit;
  return into < seconds(0) ? into + unit : into;
}

/// Whole units on the clock since its epoch.
std::int64_t unit_of(Second second, seconds unit, const time::Zone& zone) {
  const seconds local = local_since_epoch(second, zone);
  return (local - into_unit(second, unit, zone)) / unit;
}

/// The first second from `before` (excluded) to `after` (included) at which the clock is off by
/// what it is at `after`; there is at most one change between them.
Second change_between(Second before, Second after, const time::Zone& zone) {
  const seconds there = offset_at(after, zone);
  while (after - before > seconds(1)) {
    const Second middle = before + (after - before) / 2;
    (offset_at(middle, zone) == there ? after : before) = middle;
  }
  return after;
}

bool begins_unit(Second change, seconds unit, const time::Zone& zone) {
  return into_unit(change, unit, zone) == seconds(0) ||
         unit_of(change, unit, zone) != unit_of(change - seconds(1), unit, zone);
}

Second start_of_unit(Second second, seconds unit, const time::Zone& zone) {
  const Second even = second - into_unit(second, unit, zone);
  if (offset_at(even, zone) == offset_at(second, zone)) return even;
  const Second change = change_between(even, second, zone);
  return begins_unit(change, unit, zone) ? change : start_of_unit(change - seconds(1), unit, zone);
}

Second end_of_unit(Second second, seconds unit, const time::Zone& zone) {
  const Second even = second + unit - into_unit(second, unit, zone);
  if (offset_at(even - seconds(1), zone) == offset_at(second, zone)) {
    return begins_unit(even, unit, zone) ? even : end_of_unit(even, unit, zone);
  }
  const Second change = change_between(second, even - seconds(1), zone);
  return begins_unit(change, unit, zone) ? change : end_of_unit(change, unit, zone);
}

time::Period unit_containing(time::Instant instant, seconds unit, const time::Zone& zone) {
  const Second second = std::chrono::floor<seconds>(instant);
  return {time::Instant(start_of_unit(second, unit, zone)),
          time::Instant(end_of_unit(second, unit, zone))};
}

time::Date next(time::Date date, WindowSize size) {
  return size == WindowSize::kDay ? time::add_days(date, 1) : date + std::chrono::months(1);
}

time::Date previous(time::Date date, WindowSize size) {
  return size == WindowSize::kDay ? time::add_days(date, -1) : date - std::chrono::months(1);
}

}  // namespace

time::Period window_containing(time::Instant instant, WindowSize size, const time::Zone& zone) {
  if (size == WindowSize::kMinute) return unit_containing(instant, seconds(60), zone);
  if (size == WindowSize::kHour) return unit_containing(instant, seconds(3600), zone);
  time::Date date = zone.date_of(instant);
  if (size == WindowSize::kMonth) date = date.year() / date.month() / 1;
  // A clock that is set back over midnight shows a date again whose successor has begun.
  while (zone.start_of(date) > instant) date = previous(date, size);
  while (zone.start_of(next(date, size)) <= instant) date = next(date, size);
  return {zone.start_of(date), zone.start_of(next(date, size))};
}

std::vector<time::Period> windows_of(const time::Period& range, WindowSize size,
                                     const time::Zone& zone, std::size_t count_max) {
  std::vector<time::Period> windows;
  for (time::Instant at = range.starts_at; at < range.ends_at && windows.size() <= count_max;
       at = windows.back().ends_at) {
    windows.push_back(window_containing(at, size, zone));
  }
  return windows;
}

}  // namespace reckoner::metering
