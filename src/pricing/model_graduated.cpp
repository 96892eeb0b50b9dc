#include "pricing/rate_models.hpp"
#include "pricing/tiers.hpp"

namespace reckoner::pricing {

money::Ratio price_stepwise(const domain::Tiers& tiers, const money::Decimal& price_unit,
                            const money::Ratio& quantity, Trace* trace) {
  const std::size_t reached = tier_reached(tiers, quantity);
  money::Decimal below;  // what the tiers that are full cost, and every fee
  for (std::size_t i = 0; i < reached; ++i) {
    const money::Decimal units = *tiers.tiers[i].up_to - beginning_of(tiers, i);
    const money::Decimal price = tiers.tiers[i].price * price_unit;
    add_step(
        trace, [&] { return tier_label(tiers, i); }, units, price);
    below += units * price;
    below += fee_of(tiers, i, quantity, trace);
  }
  const money::Ratio units = reached == 0 ? quantity : quantity - beginning_of(tiers, reached);
  const money::Decimal price = tiers.tiers[reached].price * price_unit;
  add_step(
      trace, [&] { return tier_label(tiers, reached); }, units, price);
  below += fee_of(tiers, reached, quantity, trace);
  return units * price + below;
}

money::Ratio price_of(const domain::Graduated& model, const money::Ratio& quantity, Trace* trace) {
  return price_stepwise(model, 1, quantity, trace);
}

}  // namespace reckoner::pricing
