#pragma once

#include <chrono>
#include <cstdint>

#include "time/time.hpp"

namespace reckoner::time {

/// A part of a whole as two whole numbers: 0 ≤ part ≤ whole, whole ≥ 1. Never reduced: 15 of 30
/// days are shown as such.
struct Fraction {
  std::int64_t part = 1;
  std::int64_t whole = 1;

  bool is_whole() const { return part == whole; }
  friend bool operator==(const Fraction&, const Fraction&) = default;
};

/// Half-open days of a calendar: from `starts_on` to the day before `ends_on`.
struct Days {
  Date starts_on;
  Date ends_on;

  std::int64_t count() const { return days_between(starts_on, ends_on); }
  friend bool operator==(const Days&, const Days&) = default;
};

/// What of a stretch is covered, in its days; nothing where the two do not meet. A day counts as
/// one, be it 23 or 25 hours. Throws Error when the stretch has no day.
Fraction fraction_of_days(const Days& covered, const Days& stretch);

/// The same in real time: in seconds, or in microseconds where a bound lies inside a second. Throws
/// Error when the stretch is empty.
Fraction fraction_of_time(const Period& covered, const Period& stretch);

/// A length as a part of another: at most the whole, at least nothing. Throws Error when `whole` is
/// not above zero.
Fraction fraction_of_time(std::chrono::microseconds covered, std::chrono::microseconds whole);

}  // namespace reckoner::time
