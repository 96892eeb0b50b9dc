#include "invoicing/commitment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "pricing/commitment.hpp"

namespace reckoner::invoicing {

money::Ratio missing_from(std::span<const domain::StatementLine> lines, const SpendLimits& limits,
                          const pricing::Coverage& coverage) {
  if (limits.minimum && limits.maximum && *limits.minimum > *limits.maximum) {
    throw Error(fmt::format("the minimum {} is above the maximum {}", limits.minimum->to_string(),
                            limits.maximum->to_string()));
  }
  money::Ratio billed = money::Decimal(0);
  for (const domain::StatementLine& line : lines) billed = billed + line.amount.amount();
  const money::Ratio part = coverage.fraction();
  money::Ratio missing = money::Decimal(0);
  if (limits.minimum) missing = pricing::minimum_top_up(billed, *limits.minimum * part);
  if (limits.maximum) missing = missing - pricing::maximum_cut(billed, *limits.maximum * part);
  return missing;
}

pricing::Coverage days_covered(const DayStretch& period, std::span<const DayStretch> stretches) {
  std::vector<DayStretch> ordered(stretches.begin(), stretches.end());
  std::ranges::sort(ordered, {}, &DayStretch::starts_on);
  time::Date counted_until = period.starts_on;
  std::int64_t days = 0;
  for (const DayStretch& stretch : ordered) {
    const time::Date from = std::max(stretch.starts_on, counted_until);
    const time::Date until = std::min(stretch.ends_on, period.ends_on);
    if (until <= from) continue;
    days += time::days_between(from, until);
    counted_until = until;
  }
  return {days, time::days_between(period.starts_on, period.ends_on)};
}

}  // namespace reckoner::invoicing
