#pragma once

// Inside of metering: the checks of usage by customer and meter.

#include "config/configuration.hpp"
#include "store/check_outcome.hpp"
#include "store/connection.hpp"

namespace reckoner::metering {

/// counted = in totals + voided + passed by filters. Exact for meters without filters that were not
/// computed over older events; of others the totals cannot have more than was counted. Events in
/// archives cannot be counted here: while there are any, totals may have more.
store::CheckOutcome check_usage_totals(store::Connection& connection,
                                       const config::Configuration& configuration);

/// in totals = billed + open + not priced: an event that two subscriptions measure would be billed
/// twice.
store::CheckOutcome check_billed(store::Connection& connection,
                                 const config::Configuration& configuration);

}  // namespace reckoner::metering
