#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "time/time.hpp"

namespace reckoner::time {

/// A cron expression of six fields with seconds, as Quartz writes them:
///   seconds minutes hours day-of-month month day-of-week
/// Fields take *, ?, numbers, lists (1,15), ranges (MON-FRI, 22-2 wraps), steps (*/5, 10-30/10),
/// month and weekday names (any case; Sunday is 1 and SUN, as in Quartz), L for the last day of the
/// month and L-3, 6L or FRIL for the last Friday of the month. When both day fields are restricted,
/// one of them must be "?" as Quartz demands, or both must match ("*" counts as unrestricted).
///
/// In a time zone: each local wall-clock time that matches fires once. A time that does not exist
/// (clocks go forward) fires at the instant the gap ends; one that exists twice (clocks go back)
/// fires at its first instant only, unless the hour field is "*" or a step of it: an expression that
/// fires every so many hours, or more often, fires in both.
class Cron {
 public:
  /// Throws Error naming the field and what is wrong with it.
  static Cron parse(std::string_view expression);

  /// The first firing strictly after `after`; none when the expression never matches again before
  /// the year 2200 (30 February).
  std::optional<Instant> next(Instant after, const Zone& zone) const;

  const std::string& expression() const { return expression_; }

 private:
  Cron() = default;

  std::string expression_;
  std::bitset<60> seconds_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_of_month_;     ///< 1 to 31
  std::bitset<13> months_;            ///< 1 to 12
  std::bitset<8> days_of_week_;       ///< 1 (Sunday) to 7
  std::bitset<31> days_before_last_;  ///< "L" is 0, "L-3" is 3
  std::bitset<8> last_weekdays_;      ///< "6L": the last such weekday of the month
  bool interval_ = false;

  bool matches_day(Date date) const;
  /// The first matching wall-clock second that is not before `local`; none from the year 2200 on.
  std::optional<std::chrono::local_seconds> match_from(std::chrono::local_seconds local) const;
  std::optional<std::chrono::seconds> time_from(std::chrono::seconds since_midnight) const;
  std::optional<Instant> next_of_interval(Instant after, const Zone& zone) const;
};

}  // namespace reckoner::time
