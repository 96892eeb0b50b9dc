#include "pricing/groups.hpp"

namespace reckoner::pricing {

Rated rated(const domain::Windowed& model, const domain::OfMeters& metering, const Measure& measure,
            const Allowance& allowance, Trace* trace) {
  const auto rate_of = [&](const Group&) { return &model.rate; };
  return rated_by_group(metering, measure, allowance, rate_of, trace);
}

}  // namespace reckoner::pricing
