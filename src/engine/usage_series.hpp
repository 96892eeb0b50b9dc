#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/facts.hpp"
#include "usage/series.hpp"

namespace reckoner::engine {

/// What dimensions (meters::dimensions_of) say for these names, in their order; "" where they have
/// none of the name.
std::vector<std::string> dimension_values(std::string_view dimensions,
                                          const std::vector<std::string>& names);

/// What the query's meter measured in these series, which reach as far as usage::values_of asks.
/// Throws Error for a figure that does not fit a Decimal.
Quantities quantities_of(const QuantityQuery& query, std::span<const usage::Series> series);

/// The time from the beginning of the first window to the end of the last.
time::Period whole_of(const QuantityQuery& query);

}  // namespace reckoner::engine
