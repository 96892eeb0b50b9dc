#pragma once

#include <cstdint>
#include <functional>

#include "meters/meter_reader.hpp"
#include "store/check_outcome.hpp"
#include "store/connection.hpp"

namespace reckoner::metering {

/// What the stored totals and the raw events are to agree on.
struct Recomputed {
  store::CheckOutcome totals;  ///< each stored total is what the raw events give
  store::CheckOutcome events;  ///< each counted event is in totals, voided, or passed by filters
};

/// Reads every raw event again, those in archives from their files, and compares what each meter
/// makes of them, without what was voided, with the stored totals: usage_total over all cuts and
/// usage_delta. On one snapshot, which a transaction of its own holds; with the memory of one
/// customer's quarter hour. Archives are brought into a temporary table. An archive that cannot be
/// read is left out and named; then only totals that are too small are wrong. Meters that are not
/// among the reader's any more are left out and named. `progress` is told how many raw events were
/// read.
Recomputed recompute_totals(store::Connection& connection, const meters::MeterReader& meters,
                            const std::function<void(std::int64_t)>& progress = {});

}  // namespace reckoner::metering
