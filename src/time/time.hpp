#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner::time {

/// A moment, UTC, in microseconds (PostgreSQL's resolution). Range 1900 to 9999; anything else is
/// refused by parse.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// A day of the proleptic Gregorian calendar, without a zone.
using Date = std::chrono::year_month_day;

/// A local wall-clock reading in some zone, to the second.
struct LocalTime {
  Date date;
  std::chrono::seconds since_midnight{0};  ///< 0 to 86,399
};

/// A half-open stretch of time: contains `starts_at`, excludes `ends_at`. There is no inclusive
/// variant.
struct Period {
  Instant starts_at;
  Instant ends_at;

  bool contains(Instant instant) const { return starts_at <= instant && instant < ends_at; }
  bool empty() const { return ends_at <= starts_at; }
  /// The time that passes; below zero when it ends before it starts.
  std::chrono::microseconds length() const { return ends_at - starts_at; }
  friend bool operator==(const Period&, const Period&) = default;
};

/// The common part; empty() when there is none.
Period intersection(const Period& a, const Period& b);

/// An IANA time zone of the system's tz database. Cheap to copy; refers to a table that lives as
/// long as the program. Safe to use from any thread.
class Zone {
 public:
  /// Throws Error naming the nearest known zone.
  static Zone named(std::string_view name);
  static Zone utc();
  /// All names, sorted.
  static const std::vector<std::string>& names();
  /// The version of the tz database in use, such as "2025b"; it stands with the facts of each
  /// document.
  static std::string database_version();

  std::string_view name() const;

  /// The first instant of the local day: where midnight does not exist (a clock change at
  /// midnight), the first instant after the gap; where it exists twice, the first.
  Instant start_of(Date date) const;
  Date date_of(Instant instant) const;
  LocalTime local(Instant instant) const;
  /// The instants at which the wall clock shows `local`: one; none in a gap (the instant the gap
  /// ends is given, and `exists` is false); the first of two where it is repeated.
  struct Resolved {
    Instant instant;
    bool exists;
  };
  Resolved resolve(const LocalTime& local) const;

  friend bool operator==(const Zone&, const Zone&) = default;

 private:
  friend class Cron;

  /// A stretch of time in which the clock is off UTC by one amount.
  struct Stretch {
    std::chrono::sys_seconds begins;
    std::chrono::sys_seconds ends;  ///< the first second that is not in the stretch
    std::chrono::seconds offset;    ///< local time less UTC
  };

  explicit Zone(const void* entry) : entry_(entry) {}
  Stretch stretch_at(std::chrono::sys_seconds second) const;

  const void* entry_;  ///< a row of the table in zone.cpp
};

/// Days from `from` to `to`; negative when `to` is earlier.
std::int64_t days_between(Date from, Date to);
Date add_days(Date date, std::int64_t days);
/// The date `months` later on `day` (1 to 31), or on the month's last day where the month is
/// shorter: the 31st comes back after February. Only the year and month of `from` count.
Date month_day(Date from, int months, int day);

/// "2026-10-31"; throws Error for anything else, and for days that do not exist.
Date parse_date(std::string_view text);
std::string to_string(Date date);
/// RFC 3339 with a zone ("Z" or offset) and up to any number of fractional digits, those behind the
/// sixth cut off; "T" or a blank between. Throws Error for anything else (second 60, hour 24, year
/// outside 1900 to 9999).
Instant parse_instant(std::string_view text);
/// RFC 3339 in UTC with "Z": seconds, and six fractional digits only where they are not zero.
std::string to_string(Instant instant);

/// An ISO 8601 duration of fixed parts: PnW, PnD, PTnHnMnS and their sums ("P1D", "PT36H", "P35D"),
/// a day counted as 24 hours. Years and months are refused here: they are not a fixed length.
std::chrono::seconds parse_duration(std::string_view text);
/// Days, hours, minutes and seconds, in their longest form and without those that are zero:
/// "P1DT12H", "PT0S". The duration is not negative.
std::string to_string(std::chrono::seconds duration);

}  // namespace reckoner::time
