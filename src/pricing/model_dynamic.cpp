#include "pricing/rate_models.hpp"
#include "pricing/trace.hpp"

namespace reckoner::pricing {

money::Ratio price_of(const domain::Dynamic& model, const money::Ratio& quantity, Trace* trace) {
  add_step(
      trace, [] { return "amount of the events"; }, quantity, model.multiplier);
  return quantity * model.multiplier;
}

}  // namespace reckoner::pricing
