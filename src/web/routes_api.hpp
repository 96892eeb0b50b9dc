#pragma once

#include <vector>

#include "web/http.hpp"

namespace reckoner::web {

/// The route that lists these routes and itself, each with the right it needs.
Route routes_route(const std::vector<Route>& routes);

}  // namespace reckoner::web
