#pragma once

#include <optional>
#include <string>

#include "config/configuration.hpp"
#include "invoicing/charge_facts.hpp"

namespace reckoner::engine {

/// Whether the facts of a line are those of a charge; discounts, minimums, rules and charges by
/// hand have others.
bool has_charge_facts(const std::string& facts);

/// What priced a line. Refers to the configuration.
struct PricedBy {
  const domain::Plan& plan;
  const domain::Charge& charge;
};

/// The charge that the facts name; none where the configuration does not have it.
std::optional<PricedBy> priced_by(const config::Configuration& configuration,
                                  money::Currency currency, const invoicing::ChargeFacts& facts);

}  // namespace reckoner::engine
