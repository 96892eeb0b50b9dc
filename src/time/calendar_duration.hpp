#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "time/time.hpp"

namespace reckoner::time {

/// A length of calendar time, as ISO 8601 writes it without hours: "P1M", "P1Y", "P28D", "P2W".
/// Years are twelve months, weeks seven days. At least one of the two is above zero, none is below.
struct CalendarDuration {
  int months = 0;
  int days = 0;
  friend bool operator==(const CalendarDuration&, const CalendarDuration&) = default;
};

/// Throws Error for anything else than PnYnMnWnD, for nothing at all ("P0D"), and for more than
/// 9999 years.
CalendarDuration parse_calendar_duration(std::string_view text);
/// In months and days, without those that are zero: "P12M", "P28D", "P1M15D".
std::string to_string(const CalendarDuration& duration);

/// The date `times` durations after `from`, or before it where `times` is below zero: the months
/// first, on the last day of a shorter month, then the days. Always counted from `from`: a month
/// after 31 January is 28 February, and two months after it are 31 March.
Date add(Date from, const CalendarDuration& duration, std::int64_t times = 1);

/// Any ISO 8601 duration: a calendar length and then a length of the clock ("P1Y2M10DT5H30M45S").
struct Duration {
  CalendarDuration calendar;  ///< here both may be zero
  std::chrono::seconds clock{0};
  friend bool operator==(const Duration&, const Duration&) = default;
};

/// Reads PnYnMnWnDTnHnMnS, with every part optional but one. Throws Error for anything else.
Duration parse_any_duration(std::string_view text);

/// The instant a duration later on the clocks of `zone`: months and days keep the wall clock (where
/// it skips the reading: the end of the gap), hours and less are time that passes.
Instant add(Instant from, const Duration& duration, const Zone& zone);

}  // namespace reckoner::time
