#include "engine/charge_of_line.hpp"

#include "text/json.hpp"

namespace reckoner::engine {

bool has_charge_facts(const std::string& facts) {
  return !facts.empty() && text::parse_json(facts).find("stretches") != nullptr;
}

std::optional<PricedBy> priced_by(const config::Configuration& configuration,
                                  money::Currency currency, const invoicing::ChargeFacts& facts) {
  for (const domain::Plan& plan : configuration.plans) {
    if (plan.name != facts.plan || plan.currency != currency) continue;
    for (const domain::Charge& charge : plan.charges) {
      if (charge.name == facts.charge) return PricedBy{plan, charge};
    }
  }
  return std::nullopt;
}

}  // namespace reckoner::engine
