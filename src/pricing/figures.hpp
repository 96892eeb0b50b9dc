#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/charge.hpp"
#include "money/decimal.hpp"

namespace reckoner::pricing {

/// The figures of a charge that may be agreed with one customer, by name; over all its terms, each
/// once.
///   every charge: minimum, maximum; and allowance, unless it is a percentage or capacity
///   flat: fee · per-unit: price · package: size, price · dynamic: multiplier
///   graduated, volume: tier-N-price, tier-N-fee, above-price, above-fee
///   stairstep: tier-N-fee, above-fee
///   graduated-percentage: tier-N-percent, tier-N-fee, above-percent, above-fee
///   blocks: tier-N-size, tier-N-price · capacity: tier-N-price
///   percentage: percent, fixed, free-count, free-amount, transaction-minimum, transaction-maximum
///   matrix, calendar: row-N- or band-N- and a figure of its rate · windows: the figures of its
///   rate
/// N counts from 1. "above" is the tier above the last bound; it need not be there.
std::vector<std::string> figures_of(const domain::Charge& charge);

/// Puts the value agreed into the terms; no value is "unlimited", of an allowance. "above-…" adds
/// the tier where the last one has an end. Throws Error for a figure these terms do not have
/// (naming those they have), for a value below zero or a size of zero, and for no value elsewhere.
void set_figure(domain::Terms& terms, std::string_view figure,
                const std::optional<money::Decimal>& value);

}  // namespace reckoner::pricing
