#include "pricing/tiers.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::pricing {

std::size_t tier_reached(const domain::Tiers& tiers, const money::Ratio& quantity) {
  RK_CHECK(!tiers.tiers.empty());
  for (std::size_t i = 0; i < tiers.tiers.size(); ++i) {
    const auto& bound = tiers.tiers[i].up_to;
    if (!bound || quantity <= *bound) return i;
  }
  throw Error(
      fmt::format("no price above {}: by agreement", tiers.tiers.back().up_to->to_string()));
}

money::Decimal beginning_of(const domain::Tiers& tiers, std::size_t tier) {
  return tier == 0 ? money::Decimal(0) : *tiers.tiers[tier - 1].up_to;
}

money::Decimal fee_of(const domain::Tiers& tiers, std::size_t tier, const money::Ratio& quantity,
                      Trace* trace) {
  const money::Decimal& fee = tiers.tiers[tier].fee;
  if (fee.is_zero() || (!tiers.fee_at_zero && quantity.sign() == 0)) return 0;
  add_step(
      trace, [&] { return "fee of " + tier_label(tiers, tier); }, money::Decimal(1), fee);
  return fee;
}

std::string tier_label(const domain::Tiers& tiers, std::size_t tier) {
  const auto& bound = tiers.tiers[tier].up_to;
  return bound ? "tier up to " + bound->to_string()
               : "tier above " + beginning_of(tiers, tier).to_string();
}

}  // namespace reckoner::pricing
