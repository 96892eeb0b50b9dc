#include "time/cycle.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::time {

namespace {

/// The rule's monthly boundary of the month that lies `months` after that of `date`.
Instant boundary(const CycleRule& rule, Date date, int months) {
  return rule.zone.start_of(month_day(date, months, rule.anchor_day));
}

CyclePeriod period(const CycleRule& rule, Instant starts_at, Instant ends_at) {
  const Date starts_on = rule.zone.date_of(starts_at);
  return {.period = {starts_at, ends_at},
          .starts_on = starts_on,
          .ends_on = rule.zone.date_of(ends_at),
          .label = fmt::format("{:04}-{:02}", int(starts_on.year()), unsigned(starts_on.month()))};
}

void check(const CycleRule& rule) {
  RK_CHECK(rule.anchor_day >= 1 && rule.anchor_day <= 31);
  RK_CHECK(rule.months >= 1 && rule.months <= 12);
}

}  // namespace

CyclePeriod period_containing(const CycleRule& rule, Instant instant) {
  check(rule);
  const Date date = rule.zone.date_of(instant);
  int months = 1;
  while (boundary(rule, date, months) > instant) --months;
  return period(rule, boundary(rule, date, months), boundary(rule, date, months + rule.months));
}

CyclePeriod period_from(const CycleRule& rule, Instant starts_at) {
  check(rule);
  const Date date = rule.zone.date_of(starts_at);
  // The boundary of a last day that the zone skipped lies in the month after its own.
  for (const int months : {0, -1}) {
    if (boundary(rule, date, months) == starts_at) {
      return period(rule, starts_at, boundary(rule, date, months + rule.months));
    }
  }
  int months = 0;
  while (boundary(rule, date, months) < starts_at + std::chrono::days(2)) months += rule.months;
  return period(rule, starts_at, boundary(rule, date, months));
}

}  // namespace reckoner::time
