#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// Which events a meter counts, by when they came: those of batches above since_batch and not above
/// until_batch, and of the older ones those it was computed over afterwards.
struct MeterReach {
  std::int64_t since_batch = 0;
  std::optional<std::int64_t> until_batch;     ///< of a meter that has ended
  std::optional<time::Instant> computed_from;  ///< older events that occurred from then on count

  bool counts(std::int64_t batch, time::Instant occurred_at) const {
    if (until_batch && batch > *until_batch) return false;
    return batch > since_batch || (computed_from && occurred_at >= *computed_from);
  }
};

/// The reach of each meter that has a row in meter_life; one without counts from the beginning.
class MeterReaches {
 public:
  static MeterReaches load(store::Connection& connection);
  /// The same, and until the transaction ends nobody computes a meter over older events.
  static MeterReaches load_and_hold(store::Connection& connection);

  const MeterReach& of(const std::string& meter) const;

 private:
  static MeterReaches read(store::Connection& connection, const store::Statement& statement);

  std::map<std::string, MeterReach> reaches_;
};

}  // namespace reckoner::metering
