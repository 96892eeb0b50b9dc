#include "pricing/rate.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "pricing/rate_models.hpp"

namespace reckoner::pricing {

money::Ratio price(const domain::Rate& rate, const money::Ratio& quantity, Trace* trace) {
  if (quantity.sign() < 0) {
    throw Error(
        fmt::format("a quantity below zero has no price: {}",
                    money::round(quantity, 6, money::Rounding::kHalfAwayFromZero).to_string()));
  }
  return std::visit([&](const auto& model) { return price_of(model, quantity, trace); }, rate);
}

}  // namespace reckoner::pricing
