#pragma once

#include "domain/charge.hpp"
#include "money/decimal.hpp"

namespace reckoner::pricing {

/// A quantity in meter units (bytes), in the unit of the charge (MB): divided by the unit's size,
/// then rounded to whole units where the charge says so.
money::Ratio in_units(const domain::OfMeters& metering, const money::Decimal& quantity);

}  // namespace reckoner::pricing
