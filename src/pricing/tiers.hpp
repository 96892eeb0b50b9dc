#pragma once

#include <cstddef>
#include <string>

#include "domain/rate.hpp"
#include "pricing/trace.hpp"

/// What the models with tiers share. For the files of this folder only.
namespace reckoner::pricing {

/// The tier that the quantity reaches: the first whose bound is not below it. Throws Error where
/// the last tier ends below it.
std::size_t tier_reached(const domain::Tiers& tiers, const money::Ratio& quantity);

/// Where a tier begins: the bound of the one before it, or 0.
money::Decimal beginning_of(const domain::Tiers& tiers, std::size_t tier);

/// The fee of a tier that is reached, and its step.
money::Decimal fee_of(const domain::Tiers& tiers, std::size_t tier, const money::Ratio& quantity,
                      Trace* trace);

/// "tier up to 1000", "tier above 1000".
std::string tier_label(const domain::Tiers& tiers, std::size_t tier);

}  // namespace reckoner::pricing
