#pragma once

#include <map>
#include <optional>

#include "metering/query_groups.hpp"
#include "metering/query_reading.hpp"

namespace reckoner::metering {

/// A row of a meter whose events' points give the quantity.
struct PointGroup {
  money::Decimal value;
  time::Instant first;  ///< of its events
  time::Instant last;
};

/// Reads usage_point and folds it (usage), with what holds over from before `time` where the
/// meter's level carries over. Throws TooManyRows.
std::map<GroupKey, PointGroup> gather_points(store::Connection& connection, const UsageScope& scope,
                                             const MeterQuery& query, const time::Period& time);

/// From the first point to the quarter hour's end behind the last; none where there is none.
std::optional<time::Period> extent_of_points(store::Connection& connection,
                                             const UsageScope& scope);

}  // namespace reckoner::metering
