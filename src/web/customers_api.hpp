#pragma once

#include <vector>

#include "web/customer_session.hpp"

namespace reckoner::web {

/// What the people of a customer, and staff for them, read and set: everything below
/// /api/v1/customers/{customer} of the OpenAPI section "customers".
std::vector<Route> customer_routes(const CustomerApi& api);

std::vector<Route> overview_routes(const CustomerApi& api);
std::vector<Route> interim_routes(const CustomerApi& api);
std::vector<Route> usage_routes(const CustomerApi& api);
std::vector<Route> invoice_routes(const CustomerApi& api);
std::vector<Route> money_routes(const CustomerApi& api);
std::vector<Route> plan_routes(const CustomerApi& api);
std::vector<Route> setting_routes(const CustomerApi& api);
std::vector<Route> alert_routes(const CustomerApi& api);
std::vector<Route> insight_routes(const CustomerApi& api);
std::vector<Route> hierarchy_routes(const CustomerApi& api);
std::vector<Route> analytics_routes(const CustomerApi& api);
std::vector<Route> dunning_routes(const CustomerApi& api);
std::vector<Route> dispute_routes(const CustomerApi& api);

}  // namespace reckoner::web
