#pragma once

#include <functional>
#include <optional>

#include "engine/versions.hpp"
#include "store/check_outcome.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// Which billed sides of periods are computed again.
struct RecomputeRequest {
  std::optional<std::int64_t> sample;  ///< this many; none: all
  std::int64_t seed = 1;               ///< the same seed draws the same ones
};

/// Computes billed sides of periods again from everything known at the last cut, each by the
/// version it is pinned to, and compares with what was billed. A difference is wrong unless
/// something announced it and it waits to be billed: usage later than the side's cut, a
/// reopening that nobody has closed, or a correction by hand. Those, and sides whose version does
/// not load here, are left out and told in the remarks. Within the caller's transaction; it then
/// looks rows up by their keys, so nothing that reads whole tables should follow in it. `progress`
/// is told the customers done, and may throw to end it.
store::CheckOutcome recompute_periods(store::Connection& connection, Versions& versions,
                                      const RecomputeRequest& request,
                                      const std::function<void(std::int64_t)>& progress);

}  // namespace reckoner::engine
