#include "pricing/rate_models.hpp"
#include "pricing/trace.hpp"

namespace reckoner::pricing {

money::Ratio price_of(const domain::GraduatedPercentage& model, const money::Ratio& quantity,
                      Trace* trace) {
  return price_stepwise(model, kPercent, quantity, trace);
}

}  // namespace reckoner::pricing
