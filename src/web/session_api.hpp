#pragma once

#include <memory>
#include <vector>

#include "accounts/login.hpp"
#include "time/clock.hpp"
#include "web/authentication.hpp"
#include "web/http.hpp"
#include "web/login_throttle.hpp"

namespace reckoner::web {

/// What the endpoints of sessions work on; what it refers to outlives them.
struct SessionApi {
  accounts::LoginMeans means;
  Authentication& authentication;
  std::shared_ptr<LoginThrottle> throttle;
  time::Clock clock;
  bool tls;  ///< whether this server speaks it: cookies are Secure then, too
};

/// Logging in and out, and what users do to themselves: password and second factor.
std::vector<Route> session_routes(const SessionApi& api);

}  // namespace reckoner::web
