#pragma once

#include <cstdint>
#include <string>

#include "config/configuration.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// Lets lapse what is left of prepaid credits of the legal entity's customers that cannot be drawn
/// on `by` any more, in one transaction of its own; each is booked on the day it expired, or the
/// first open one since. Said again it finds nothing. Gives their number.
std::int64_t lapse_expired_credits(store::Connection& connection,
                                   const config::Configuration& active,
                                   const std::string& legal_entity, time::Date by);

}  // namespace reckoner::accounts
