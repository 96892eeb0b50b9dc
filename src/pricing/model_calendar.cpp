#include "base/error.hpp"
#include "pricing/groups.hpp"

namespace reckoner::pricing {

Rated rated(const domain::Calendar& model, const domain::OfMeters& metering, const Measure& measure,
            const Allowance& allowance, Trace* trace) {
  const auto rate_of = [&](const Group& group) {
    RK_CHECK(group.index < model.bands.size());
    return &model.bands[group.index].rate;
  };
  return rated_by_group(metering, measure, allowance, rate_of, trace);
}

}  // namespace reckoner::pricing
