#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "invoicing/dunning.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// Books fees of dunning as charges by hand of today, in the transaction of the connection: the
/// next invoice carries them. Gives for each why it cannot be billed (no subscription is left in
/// its currency); "": it is booked.
std::vector<std::string> book_dunning_fees(store::Connection& connection,
                                           const config::Configuration& configuration,
                                           std::span<const invoicing::DunningFee> fees,
                                           time::Instant now);

}  // namespace reckoner::accounts
