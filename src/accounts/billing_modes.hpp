#pragma once

#include <string>
#include <vector>

#include "accounts/changes.hpp"
#include "domain/billing_mode.hpp"

namespace reckoner::accounts {

/// The customer's billing modes, ascending by day.
std::vector<domain::BillingModeFrom> read_billing_modes(store::Connection& connection,
                                                        CustomerId customer);

/// Shows or bills what the customer's billing periods cost, from those on that begin on `from` or
/// later, until the next change behind it. One of the same day is replaced. A change like those of
/// changes.hpp; throws Error for one that would turn a period that was issued, naming it: what was
/// shown is not billed, and what was billed is not taken back by it.
Changed set_billing_mode(store::Connection& connection, const ChangeRules& rules,
                         const std::string& customer, const domain::BillingModeFrom& change);

}  // namespace reckoner::accounts
