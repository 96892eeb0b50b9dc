#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "money/decimal.hpp"
#include "pricing/coverage.hpp"
#include "pricing/rate.hpp"

namespace reckoner::pricing {

/// The index of a group that no row of its matrix matches: it has no price.
inline constexpr std::size_t kNoRow = std::numeric_limits<std::size_t>::max();

/// Usage that one row of a matrix, band of a calendar or window prices.
struct Group {
  std::size_t index = 0;    ///< of the row (or kNoRow) or band; of a window its place in time
  std::string label;        ///< for the reader: "region eu", "night", "2026-10-03"
  money::Decimal quantity;  ///< in meter units
};

/// What was measured for a charge. Which member counts depends on the model of the terms.
struct Measure {
  money::Decimal quantity;                   ///< rates: in meter units
  std::vector<money::Decimal> quantities;    ///< Capacity: one a meter, in meter units
  std::vector<Group> groups;                 ///< Matrix, Calendar, Windowed
  std::vector<money::Decimal> transactions;  ///< Percentage: amounts in the order they occurred
};

/// What the terms in force in a stretch of the period see. Stretches follow one another; each is
/// priced as the difference of what had been measured at its two ends, so tiers, allowances and
/// free units go on from where the stretch before stopped.
struct MeteredStretch {
  const domain::Terms* terms = nullptr;
  Measure before;   ///< from the beginning of the first stretch to the beginning of this one
  Measure through;  ///< to its end
};

/// A stretch in which the terms and the quantity of a recurring charge do not change.
struct RecurringStretch {
  const domain::Terms* terms = nullptr;
  money::Decimal quantity;
  Coverage coverage;  ///< of the interval that the fee is for
};

/// What an environment makes of a line.
struct EnvironmentShare {
  money::Decimal percent = 100;
  money::Decimal free_units;  ///< on top of the allowance, for the part covered
};

/// A priced charge, before its one rounding.
struct Priced {
  /// In the charge's unit, converted and rounded. Of usage: all that was measured (Percentage: the
  /// sum of the transactions, Capacity: the first meter's); of a recurring charge: the quantity of
  /// the last stretch.
  money::Ratio used = money::Decimal(0);
  /// With free units, of the last stretch, for the part covered; none: unlimited.
  std::optional<money::Ratio> allowance = money::Ratio(money::Decimal(0));
  /// What is above allowance and free units, at least 0; of several stretches of usage the sum, of
  /// a recurring charge the last stretch's. Percentage: the amounts that are charged.
  money::Ratio billable = money::Decimal(0);
  money::Ratio amount = money::Decimal(0);
};

/// A charge on usage over the part of the period that `coverage` says: allowance (unless it stays
/// whole), free units, minimum and maximum go by it. Order: unit conversion, its rounding,
/// allowance, model, minimum and maximum of the last stretch's terms, environment. At least one
/// stretch; what had been measured before the first one is not looked at. Groups are converted,
/// freed and priced one by one in the order of index and label, so the allowance goes to the first
/// ones. Percentage and Capacity know no allowance, and what Percentage has free is not prorated.
/// Throws Error for a quantity without a price.
Priced price_metered(const domain::Charge& charge, const domain::OfMeters& metering,
                     std::span<const MeteredStretch> stretches, const Coverage& coverage,
                     const EnvironmentShare& environment, Trace* trace = nullptr);

/// A charge on a quantity of the subscription, or a fee (quantity 1): the rate of the whole
/// quantity less allowance and free units, times the part covered, summed over the stretches.
/// Minimum and maximum of the last stretch's terms count for the sum of the parts. At least one
/// stretch. Throws Error for a model that is no rate, and for a Flat without an amount: a rule must
/// have put it in.
Priced price_recurring(const domain::Charge& charge, std::span<const RecurringStretch> stretches,
                       const EnvironmentShare& environment, Trace* trace = nullptr);

}  // namespace reckoner::pricing
