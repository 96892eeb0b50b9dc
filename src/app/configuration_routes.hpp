#pragma once

#include <vector>

#include "app/system.hpp"
#include "web/http.hpp"

namespace reckoner::app {

/// The configuration in the browser, with what RuleHandler says of the names that rules use.
/// `system` outlives the routes.
std::vector<web::Route> configuration_routes(System& system);

}  // namespace reckoner::app
