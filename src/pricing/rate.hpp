#pragma once

#include <string>
#include <vector>

#include "domain/rate.hpp"
#include "money/decimal.hpp"

namespace reckoner::pricing {

/// One step of how an amount came about, for a person with a pocket calculator: quantity × price is
/// the amount, exactly.
struct Step {
  std::string label;      ///< "tier up to 1000", "package of 100", "night: per unit", …
  money::Ratio quantity;  ///< units, packages or blocks in this step; of a fee 1, or the part of it
  money::Decimal price;   ///< of one of them; of a fee the fee; of money 1, or a share (0.02)
  money::Ratio amount;    ///< what the step adds
};
using Trace = std::vector<Step>;

/// The amount of a quantity of at least 0, exact. `trace`, where given, gets the steps, which sum
/// to the amount. Throws Error for a quantity that the rate does not cover ("no price above 10000:
/// by agreement"), for a quantity below 0 and for a fee that a rule has yet to set.
money::Ratio price(const domain::Rate& rate, const money::Ratio& quantity, Trace* trace = nullptr);

}  // namespace reckoner::pricing
