#pragma once

#include <optional>

#include "domain/charge.hpp"
#include "invoicing/charge_facts.hpp"
#include "money/decimal.hpp"
#include "pricing/charge.hpp"

namespace reckoner::invoicing {

/// A quotient as a line shows it: exactly where it ends within 20 digits behind the point (all
/// megabytes of whole bytes do), else to 6 digits. Amounts never come from it.
money::Decimal shown_quantity(const money::Ratio& exact);

/// The quantity on a charge's line, from its facts and what they were priced to: of usage what is
/// billed, of a subscription's quantity its share of the interval, of a fee the days, of a share of
/// other charges their amount. None for a fee that is not counted by days: facts do not have them.
std::optional<money::Decimal> line_quantity(const domain::Charge& charge, const ChargeFacts& facts,
                                            const pricing::Priced& priced);

}  // namespace reckoner::invoicing
