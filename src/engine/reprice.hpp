#pragma once

#include <optional>
#include <string>

#include "engine/versions.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// Billed periods by the local day they start on.
struct RepriceRange {
  time::Date from;
  std::optional<time::Date> to;  ///< the last such day; none: all since
};

/// Pins the billed periods of the range to the version, which is `next`, and makes them due at
/// once; `cause` says who and why, for people. Gives how many sides of periods that were. Inside
/// the caller's transaction; locks the customers. Throws Error for a version that lacks a plan of
/// those periods.
std::int64_t reprice(store::Connection& connection, const CompiledVersion& next,
                     const RepriceRange& range, VersionId version, const std::string& cause,
                     time::Instant now);

}  // namespace reckoner::engine
