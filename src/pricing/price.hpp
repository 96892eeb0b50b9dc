#pragma once

#include <cstdint>
#include <optional>

#include "domain/plan.hpp"
#include "money/decimal.hpp"

namespace reckoner::pricing {

/// The part of a billing period that a subscription covers: `days` of `period_days`. An exact
/// fraction until the one rounding of its line. 0 ≤ days ≤ period_days, period_days ≥ 1.
struct Coverage {
  std::int64_t days;
  std::int64_t period_days;

  bool whole() const { return days == period_days; }
  money::Ratio fraction() const { return {days, period_days}; }
};

/// A recurring fee for the part covered: fee × days / period_days.
money::Ratio price_flat(const money::Decimal& fee, const Coverage& coverage);

/// What a metered charge makes of a quantity.
struct Overage {
  money::Ratio used;  ///< in the charge's unit
  std::optional<money::Ratio>
      allowance;      ///< in the charge's unit, for the part covered; none: unlimited
  money::Ratio over;  ///< what is above the allowance, at least 0
};

/// `quantity` is in meter units (bytes), the result in the charge's unit (MB).
Overage overage_of(const domain::Metering& metering, const money::Decimal& quantity,
                   const Coverage& coverage);

/// over × price.
money::Ratio price_per_unit(const domain::PerUnit& model, const money::Ratio& over);

}  // namespace reckoner::pricing
