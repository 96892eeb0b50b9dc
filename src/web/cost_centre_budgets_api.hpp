#pragma once

#include <vector>

#include "web/console_api.hpp"

namespace reckoner::web {

/// The trees of cost centres, their budgets, and what was told of them.
std::vector<Route> cost_centre_budget_routes(const ConsoleApi& api);

}  // namespace reckoner::web
