#pragma once

// Inside of accounts: what a change of a customer's facts has to know about plans. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"
#include "domain/plan.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// The plan of that name in that currency. Without a currency the plan's only one, or else the
/// only one of them in `own`, the currencies that the customer is billed in. Throws Error for an
/// unknown plan, a currency it has no prices in, and where the choice is open.
const domain::Plan& choose_plan(const config::Configuration& active, const std::string& name,
                                std::optional<money::Currency> currency,
                                const std::vector<money::Currency>& own);
/// A plan of that name in any currency; throws Error for an unknown one.
const domain::Plan& any_plan(const config::Configuration& active, const std::string& name);
/// The plan of that name and currency, or nullptr.
const domain::Plan* find_plan(const config::Configuration& active, std::string_view name,
                              money::Currency currency);

/// Throws Error for an unknown charge, environment or quantity, naming the nearest known.
const domain::Charge& charge_of(const domain::Plan& plan, const std::string& name);
void check_environment(const domain::Plan& plan, const std::string& name);
void check_quantity(const domain::Plan& plan, const std::string& name);
/// Whether a charge or an option of the plan goes by that quantity.
bool uses_quantity(const domain::Plan& plan, const std::string& name);

/// A meter that both plans measure; none when they measure different ones.
std::optional<std::string> common_meter(const domain::Plan& a, const domain::Plan& b);

bool bills_in_advance(const domain::Plan& plan);

/// The stretch of periods that a change of a stretch can alter: where charges have intervals of
/// their own, what they are for began up to the longest of them earlier, or is billed up to that
/// much later.
time::Period reach_of_change(const domain::Plan& plan, const time::Zone& zone,
                             const time::Period& stretch);

}  // namespace reckoner::accounts
