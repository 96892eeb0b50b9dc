#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "meters/meter_reader.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

struct ComputedMeter {
  std::int64_t read = 0;              ///< older events of the meter's type that were looked at
  std::int64_t counted = 0;           ///< of which it counts
  std::optional<std::int64_t> batch;  ///< what they add; none where there was nothing to compute
};

/// Computes a meter over events that came before it, those that occurred at or after `from` (none:
/// all), in one transaction: what they add is a batch of its own, which joins the next cut, and the
/// meter's reach moves with it (MeterReach), so that nothing is counted twice however often this is
/// repeated or killed. Voided events are left out; those in archives are read from their files.
/// Periods they lie in become due again, as by late usage. `progress` is told how many events were
/// read. Throws Error, with nothing stored, for a meter that is not among the reader's, and where
/// an archive cannot be read.
ComputedMeter compute_meter(store::Connection& connection, const meters::MeterReader& meters,
                            const std::string& name, std::optional<time::Instant> from,
                            time::Instant now,
                            const std::function<void(std::int64_t)>& progress = {});

}  // namespace reckoner::metering
