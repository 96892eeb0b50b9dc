#pragma once

#include <span>
#include <vector>

#include "domain/supplier_price.hpp"
#include "invoicing/charge_facts.hpp"

namespace reckoner::invoicing {

/// What the facts of a metered charge measured, in units of the meter at that place among the
/// charge's meters: at least 0. Of a Percentage the sum of the transactions.
money::Decimal measured_quantity(const ChargeFacts& facts, std::size_t meter);

/// What a supplier asks for a month, in which several lines measured these quantities (in meter
/// units, at least 0): the price of all of them together, rounded once, divided among them by
/// quantity. So tiers, packages and minimums count once, and the parts sum to the supplier's bill
/// to the minor unit. A month of nothing costs nothing. The terms are those in force on the month's
/// first day. Throws Error for a quantity that has no price.
std::vector<money::Money> supplier_cost(const domain::SupplierPrice& price, time::Date month,
                                        std::span<const money::Decimal> quantities,
                                        money::Rounding rounding);

}  // namespace reckoner::invoicing
