#include "pricing/rate_models.hpp"
#include "pricing/tiers.hpp"

namespace reckoner::pricing {

money::Ratio price_of(const domain::Stairstep& model, const money::Ratio& quantity, Trace* trace) {
  return fee_of(model, tier_reached(model, quantity), quantity, trace);
}

}  // namespace reckoner::pricing
