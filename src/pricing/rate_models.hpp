#pragma once

#include "domain/rate.hpp"
#include "pricing/rate.hpp"

/// The rates one by one, as price() calls them: quantities are at least 0. For the files of this
/// folder only.
namespace reckoner::pricing {

money::Ratio price_of(const domain::Flat&, const money::Ratio& quantity, Trace*);
money::Ratio price_of(const domain::PerUnit&, const money::Ratio& quantity, Trace*);
money::Ratio price_of(const domain::Graduated&, const money::Ratio& quantity, Trace*);
money::Ratio price_of(const domain::Volume&, const money::Ratio& quantity, Trace*);
money::Ratio price_of(const domain::Stairstep&, const money::Ratio& quantity, Trace*);
money::Ratio price_of(const domain::GraduatedPercentage&, const money::Ratio& quantity, Trace*);
money::Ratio price_of(const domain::Package&, const money::Ratio& quantity, Trace*);
money::Ratio price_of(const domain::Blocks&, const money::Ratio& quantity, Trace*);
money::Ratio price_of(const domain::Dynamic&, const money::Ratio& quantity, Trace*);

/// Tiers that add up: every tier's units at its price × `price_unit` (1, or 0.01 for prices in
/// percent), and the fee of every tier reached.
money::Ratio price_stepwise(const domain::Tiers& tiers, const money::Decimal& price_unit,
                            const money::Ratio& quantity, Trace* trace);

}  // namespace reckoner::pricing
