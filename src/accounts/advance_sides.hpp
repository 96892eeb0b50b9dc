#pragma once

#include <cstdint>

#include "config/configuration.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// Gives each cycle with a subscription on a plan that bills in advance by this configuration, and
/// without an advance side that is still to be billed, its advance sides: from the first period
/// whose arrears are not billed yet. For when a configuration becomes the active one, in its
/// transaction; locks those customers. Doing it again adds nothing. Returns how many cycles got
/// some. Throws store::DatabaseError.
std::int64_t add_advance_sides(store::Connection& connection, const config::Configuration& active);

}  // namespace reckoner::accounts
