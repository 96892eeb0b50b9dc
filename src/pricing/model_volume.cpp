#include "pricing/rate_models.hpp"
#include "pricing/tiers.hpp"

namespace reckoner::pricing {

money::Ratio price_of(const domain::Volume& model, const money::Ratio& quantity, Trace* trace) {
  const std::size_t reached = tier_reached(model, quantity);
  const money::Decimal& price = model.tiers[reached].price;
  add_step(
      trace, [&] { return "all units, " + tier_label(model, reached); }, quantity, price);
  return quantity * price + fee_of(model, reached, quantity, trace);
}

}  // namespace reckoner::pricing
