#pragma once

#include <optional>
#include <span>

#include "domain/document.hpp"
#include "money/money.hpp"
#include "pricing/coverage.hpp"

/// Minimum and maximum of a subscription or of a whole customer: what a period comes to in all.
/// (Those of one charge belong to its price: pricing.)
namespace reckoner::invoicing {

/// For a whole period, in the currency of the lines. 0 ≤ minimum ≤ maximum.
struct SpendLimits {
  std::optional<money::Decimal> minimum;
  std::optional<money::Decimal> maximum;
};

/// What the statement still lacks of the minimum (above zero: a top-up) or has above the maximum
/// (below zero: a cut), or zero; exact, to be rounded once. `lines` are those the limits are for,
/// of both sides of the period, discounts included; the limits count for the part of the period
/// that `coverage` says. Throws Error when the minimum is above the maximum.
money::Ratio missing_from(std::span<const domain::StatementLine> lines, const SpendLimits& limits,
                          const pricing::Coverage& coverage);

/// Local days from `starts_on` until before `ends_on`.
struct DayStretch {
  time::Date starts_on;
  time::Date ends_on;
};

/// The days of the period on which at least one of the stretches holds, each day counted once. A
/// plan change in mid-period leaves the period whole. The period has at least one day.
pricing::Coverage days_covered(const DayStretch& period, std::span<const DayStretch> stretches);

}  // namespace reckoner::invoicing
