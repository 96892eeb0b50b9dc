#include "pricing/rate_models.hpp"
#include "pricing/trace.hpp"

namespace reckoner::pricing {

money::Ratio price_of(const domain::PerUnit& model, const money::Ratio& quantity, Trace* trace) {
  add_step(
      trace, [] { return "per unit"; }, quantity, model.price);
  return quantity * model.price;
}

}  // namespace reckoner::pricing
