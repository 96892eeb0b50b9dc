#include "base/error.hpp"
#include "pricing/rate_models.hpp"
#include "pricing/trace.hpp"

namespace reckoner::pricing {

money::Ratio price_of(const domain::Flat& flat, const money::Ratio&, Trace* trace) {
  if (!flat.amount) throw Error("the fee is left to a rule, and no rule has set one");
  add_step(
      trace, [] { return "fee"; }, money::Decimal(1), *flat.amount);
  return *flat.amount;
}

}  // namespace reckoner::pricing
