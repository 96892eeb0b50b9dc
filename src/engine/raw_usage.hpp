#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/facts.hpp"
#include "meters/meter_reader.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// Where stored totals do not say what usage there was, and raw events do: what is left of a
/// quarter hour at the ends of a query, and quarter hours of a customer in which an event was
/// voided, where an extreme is wanted.
struct UsagePieces {
  struct Piece {
    std::size_t query;
    time::Period period;  ///< begins and ends on quarter hours, or lies within one
  };
  std::vector<Piece> totals;
  std::vector<Piece> raw;
};

/// Divides the queries; together the pieces of each are the query, and none overlaps another. Asks
/// the database only where a wanted meter is a minimum or maximum.
UsagePieces divide_usage(store::Connection& connection, const Knowledge& knowledge,
                         std::span<const UsageQuery> queries,
                         const std::vector<std::string>& meters, const meters::MeterReader& reader);

/// What one event said for one of the meters.
struct RawUsage {
  std::size_t query;
  time::Instant occurred_at;
  meters::MeterValue value;
};

/// Reads the events that are known and not voided, in the order in which they occurred, for those
/// meters that counted them. Throws Error where some may have been archived.
void read_raw_usage(store::Connection& connection, const Knowledge& knowledge,
                    std::span<const UsageQuery> queries, std::span<const UsagePieces::Piece> pieces,
                    const std::vector<std::string>& meters, const meters::MeterReader& reader,
                    const std::function<void(RawUsage&&)>& take);

}  // namespace reckoner::engine
