#pragma once

#include <functional>

#include "pricing/usage_models.hpp"

/// What the models that price usage in groups share. For the files of this folder only.
namespace reckoner::pricing {

/// The rate of a group; nullptr where it has none.
using RateOf = std::function<const domain::Rate*(const Group&)>;

/// Each group by itself: freed of what the groups before it have left of the allowance, and priced.
/// Throws Error naming the group that has something to bill and no rate.
Rated rated_by_group(const domain::OfMeters& metering, const Measure& measure,
                     const Allowance& allowance, const RateOf& rate_of, Trace* trace);

}  // namespace reckoner::pricing
