#pragma once

#include <chrono>
#include <vector>

#include "store/pool.hpp"
#include "time/clock.hpp"
#include "web/authentication.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// What the endpoints of users and API keys work on; what it refers to outlives them.
struct UsersApi {
  store::Pool& pool;
  Authentication& authentication;
  time::Clock clock;
  std::chrono::seconds one_time;  ///< how long one-time passwords are good
};

/// Users: whoever belongs to a customer sees and changes those of that customer alone. Nobody gives
/// rights that he has not.
std::vector<Route> user_routes(const UsersApi& api);
/// API keys, likewise.
std::vector<Route> key_routes(const UsersApi& api);

}  // namespace reckoner::web
