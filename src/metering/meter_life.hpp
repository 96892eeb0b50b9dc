#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "domain/meter.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// The transaction advisory lock that orders events and changes of meters: who stores events shares
/// it, who changes meters has it alone. So every batch was counted under one set of meters, and
/// batches before a change have lower numbers than those behind it.
inline constexpr std::int64_t kMetersLock = 7263519;

/// First of a transaction that stores events, before its batch is opened and the active version is
/// read: until it ends, meters do not change.
void lock_meters_shared(store::Connection& connection);

/// Since when a meter counts, and how long.
struct MeterLife {
  std::int64_t since_batch = 0;             ///< batches above it count
  std::optional<std::int64_t> until_batch;  ///< and none above this, once it ended
  /// Earlier batches were computed for it afterwards: their events that occurred from here on.
  std::optional<time::Instant> computed_from;
  time::Instant created_at;
  time::Instant updated_at;
  std::optional<time::Instant> ended_at;
};

/// Notes which meters are in force from now on, inside the transaction that makes a version active:
/// waits for all transactions that store events, then keeps new ones out until it ends.
///   a new meter         counts batches above the last one there is
///   a meter that ended  (Meter::ends_at) and one that is not in `meters` any more count none above
///                       it
///   another text        moves updated_at
/// Where nothing was ever noted (a database of before meters were) all count from the first batch.
void settle_meters(store::Connection& connection, const std::vector<domain::Meter>& meters,
                   time::Instant now);

/// A hash of everything that is said of a meter but its end.
Sha256 definition_of(const domain::Meter& meter);

/// Whether anything was noted yet.
bool meters_settled(store::Connection& connection);

/// By name.
std::map<std::string, MeterLife, std::less<>> meter_lives(store::Connection& connection);

}  // namespace reckoner::metering
