#include "time/cycle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace reckoner::time {

namespace {

Instant start_on(const CycleRule& rule, Date date) {
  return rule.zone.resolve({date, rule.since_midnight}).instant;
}

/// The boundaries of a rule, numbered in their order: of an anchor, the k-th length after it;
/// without one, the k-th month after that of `origin`, of which every `step`-th is a boundary.
class Boundaries {
 public:
  /// `origin` only counts where the rule has no anchor.
  Boundaries(const CycleRule& rule, Date origin) : rule_(rule), origin_(origin) {
    const bool of_days = rule.days != 0;
    RK_CHECK(rule.months >= (of_days ? 0 : 1) && rule.days >= 0);
    RK_CHECK(rule.anchor || (!of_days && rule.anchor_day >= 1 && rule.anchor_day <= 31));
  }

  std::int64_t step() const { return rule_.anchor ? 1 : rule_.months; }

  Instant operator[](std::int64_t number) const {
    if (!rule_.anchor) {
      return start_on(rule_, month_day(origin_, static_cast<int>(number), rule_.anchor_day));
    }
    return start_on(rule_,
                    add(*rule_.anchor, {.months = rule_.months, .days = rule_.days}, number));
  }

  /// The number of the last boundary that is not after the instant.
  std::int64_t before(Instant instant) const {
    std::int64_t number = estimate(instant);
    while ((*this)[number] > instant) --number;
    while ((*this)[number + 1] <= instant) ++number;
    return number;
  }

 private:
  /// Of short lengths, so that few steps are left to the boundary.
  std::int64_t estimate(Instant instant) const {
    if (!rule_.anchor) return 0;
    const std::int64_t shortest = std::int64_t{rule_.months} * 30 + rule_.days;
    return days_between(*rule_.anchor, rule_.zone.date_of(instant)) / shortest;
  }

  const CycleRule& rule_;
  Date origin_;
};

CyclePeriod period(const CycleRule& rule, Instant starts_at, Instant ends_at) {
  const Date starts_on = rule.zone.date_of(starts_at);
  return {.period = {starts_at, ends_at},
          .starts_on = starts_on,
          .ends_on = rule.zone.date_of(ends_at),
          .label = fmt::format("{:04}-{:02}", int(starts_on.year()), unsigned(starts_on.month()))};
}

/// From `starts_at` to the regular end where it is a boundary, or else to the first boundary that
/// is at least `shortest` later.
CyclePeriod period_of_at_least(const CycleRule& rule, Instant starts_at,
                               Instant::duration shortest) {
  const Boundaries boundaries(rule, rule.zone.date_of(starts_at));
  std::int64_t number = boundaries.before(starts_at);
  if (boundaries[number] == starts_at) {
    return period(rule, starts_at, boundaries[number + boundaries.step()]);
  }
  if (!rule.anchor) number = 0;
  while (boundaries[number] < starts_at + shortest) number += boundaries.step();
  return period(rule, starts_at, boundaries[number]);
}

}  // namespace

CyclePeriod period_containing(const CycleRule& rule, Instant instant) {
  const Boundaries boundaries(rule, rule.zone.date_of(instant));
  const std::int64_t number = boundaries.before(instant);
  return period(rule, boundaries[number], boundaries[number + boundaries.step()]);
}

CyclePeriod period_from(const CycleRule& rule, Instant starts_at) {
  const int length = rule.months > 0 ? 2 : std::min(rule.days, 2);
  return period_of_at_least(rule, starts_at, std::chrono::days(length));
}

CyclePeriod first_period(const CycleRule& rule, Instant starts_at) {
  return period_of_at_least(rule, starts_at, std::chrono::microseconds(1));
}

NumberedPeriod period_since(const CycleRule& rule, Instant starts_at, Instant instant) {
  NumberedPeriod found{first_period(rule, starts_at), 0};
  while (found.period.period.ends_at <= instant) {
    found = {period_from(rule, found.period.period.ends_at), found.elapsed + 1};
  }
  return found;
}

}  // namespace reckoner::time
