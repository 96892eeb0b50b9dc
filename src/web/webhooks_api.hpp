#pragma once

#include <functional>
#include <vector>

#include "base/seal.hpp"
#include "web/console_api.hpp"

namespace reckoner::web {

/// What the endpoints about webhooks work on; all of it outlives them.
struct WebhooksApi {
  ConsoleApi console;
  /// What secrets are sealed with.
  std::function<Seal()> seal;
};

/// Endpoints of customers, below /api/v1/customers/{customer}/webhooks, and the same of the house,
/// below /api/v1/webhooks: the section "webhooks" of the contract.
std::vector<Route> webhook_routes(const WebhooksApi& api);

}  // namespace reckoner::web
