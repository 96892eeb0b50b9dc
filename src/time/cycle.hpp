#pragma once

#include <string>

#include "time/time.hpp"

namespace reckoner::time {

/// A customer's rhythm: boundaries at local midnight of day `anchor_day` of every `months`-th month
/// in `zone`.
struct CycleRule {
  int anchor_day = 1;  ///< 1 to 31; 29 to 31 fall on the last day of shorter months and come back
  int months = 1;      ///< 1 to 12; a cycle of several months keeps step with the month it began in
  Zone zone = Zone::utc();
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
/// a boundary there, it is the rule's regular period. After a change of zone or anchor it ends at
/// the first boundary of the rule that lies at least two days later, so one period is longer or
/// shorter and no hour is lost or counted twice. For `months` > 1 the boundaries after a change
/// count from the month `starts_at` lies in.
CyclePeriod period_from(const CycleRule& rule, Instant starts_at);

}  // namespace reckoner::time
