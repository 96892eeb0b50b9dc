#pragma once

#include "money/decimal.hpp"

namespace reckoner::pricing {

/// What brings `charged` up to the minimum, exact; 0 where it has reached it. For a part of a
/// period the minimum is Coverage::of the whole one.
money::Ratio minimum_top_up(const money::Ratio& charged, const money::Ratio& minimum);

/// What of `charged` is above the maximum, exact and at least 0.
money::Ratio maximum_cut(const money::Ratio& charged, const money::Ratio& maximum);

}  // namespace reckoner::pricing
