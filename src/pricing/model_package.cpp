#include <fmt/format.h>

#include "pricing/rate_models.hpp"
#include "pricing/trace.hpp"

namespace reckoner::pricing {

money::Ratio price_of(const domain::Package& model, const money::Ratio& quantity, Trace* trace) {
  const auto rounding = model.partial == domain::PartialPackage::kCharged
                            ? money::Rounding::kCeiling
                            : money::Rounding::kFloor;
  const money::Decimal packages = money::round(quantity / model.size, 0, rounding);
  const auto label = [&] { return fmt::format("package of {}", model.size.to_string()); };
  add_step(trace, label, packages, model.price);
  return packages * model.price;
}

}  // namespace reckoner::pricing
