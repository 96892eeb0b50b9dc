#pragma once

#include "store/check_outcome.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// Whether the ledger of each closed month, and the number and hash that each of its series had
/// come to, are what they were when it was closed. Reads the ledger once. Inside a snapshot, what
/// is booked meanwhile is not seen.
store::CheckOutcome check_closed_months(store::Connection& connection);

}  // namespace reckoner::accounts
