#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "time/calendar_duration.hpp"
#include "time/time.hpp"

namespace reckoner::time {

/// A customer's rhythm: where one billing period ends and the next begins, on the local clock of
/// `zone`.
///
/// Without `anchor` boundaries fall on day `anchor_day` of every `months`-th month, and a cycle of
/// several months keeps step with the month it began in. With `anchor` that day is a boundary and
/// all others lie whole lengths of `months` and `days` before or after it, each counted from the
/// anchor itself (calendar_duration.hpp, add): so 31 January, 28 February, 31 March, and 29
/// February every year, on the 28th of common years. A length in days needs an anchor.
struct CycleRule {
  int anchor_day = 1;  ///< 1 to 31; 29 to 31 fall on the last day of shorter months and come back;
                       ///< not looked at where there is an anchor
  int months = 1;      ///< 1 to 119,988; may be 0 where there are days
  Zone zone = Zone::utc();
  std::optional<Date> anchor = std::nullopt;
  int days = 0;                            ///< on top of the months; 7 for a week
  std::chrono::seconds since_midnight{0};  ///< local time of day of the boundaries

  /// The rhythm of an ISO 8601 length ("P1M", "P7D", "P1Y") through a day.
  static CycleRule through(Date anchor, const CalendarDuration& length, const Zone& zone) {
    return {.months = length.months, .zone = zone, .anchor = anchor, .days = length.days};
  }
};

/// A stored billing period: the instants that count, and the local days that people and proration
/// use.
struct CyclePeriod {
  Period period;
  Date starts_on;     ///< local date of starts_at in the zone of the rule that ended the period
  Date ends_on;       ///< local date of ends_at: the first day that is not in the period
  std::string label;  ///< the local month it starts in: "2026-10"

  std::int64_t days() const { return days_between(starts_on, ends_on); }
};

/// The period of the rule that contains the instant: what a first subscription starts in.
CyclePeriod period_containing(const CycleRule& rule, Instant instant);

/// The period that starts exactly at `starts_at`, where the last one ended. When the rule still has
/// a boundary there, it is the rule's regular period. After a change of rule it ends at the first
/// boundary that lies at least two days later (one day, where the length is a day), so one period
/// is longer or shorter and no hour is lost or counted twice. For `months` > 1 without an anchor
/// the boundaries after a change count from the month `starts_at` lies in.
CyclePeriod period_from(const CycleRule& rule, Instant starts_at);

/// The first period of what begins at `starts_at`: up to the rule's next boundary, however near. On
/// a boundary it is a whole period. Without an anchor, boundaries of several months count from the
/// month `starts_at` lies in.
CyclePeriod first_period(const CycleRule& rule, Instant starts_at);

/// A period and how many lie before it.
struct NumberedPeriod {
  CyclePeriod period;
  std::int64_t elapsed;
};

/// The period that contains `instant` of those that begin with first_period(rule, starts_at); the
/// first one for an instant before.
NumberedPeriod period_since(const CycleRule& rule, Instant starts_at, Instant instant);

}  // namespace reckoner::time
