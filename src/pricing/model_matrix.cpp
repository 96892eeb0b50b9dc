#include "pricing/groups.hpp"

namespace reckoner::pricing {

Rated rated(const domain::Matrix& model, const domain::OfMeters& metering, const Measure& measure,
            const Allowance& allowance, Trace* trace) {
  const auto rate_of = [&](const Group& group) {
    return group.index < model.rows.size() ? &model.rows[group.index].rate : nullptr;
  };
  return rated_by_group(metering, measure, allowance, rate_of, trace);
}

}  // namespace reckoner::pricing
