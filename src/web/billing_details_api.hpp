#pragma once

#include <vector>

#include "web/console_api.hpp"
#include "web/customers_api.hpp"

namespace reckoner::web {

/// Where a customer's documents go and what it wants to find on them: reading it, in the customer's
/// session, and changing it, for its people and staff alike.
std::vector<Route> billing_details_routes(const CustomerApi& api);
std::vector<Route> changed_billing_details_routes(const ConsoleApi& api);

}  // namespace reckoner::web
