#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "accounts/login.hpp"
#include "app/system.hpp"
#include "base/embedded.hpp"
#include "metering/intake.hpp"
#include "web/authentication.hpp"
#include "web/health_api.hpp"
#include "web/http.hpp"
#include "web/verifications.hpp"

namespace reckoner::app {

/// What endpoints are made of. Outlives the server.
struct HttpServices {
  System& system;
  metering::Intake* intake;  ///< nullptr: this daemon takes no events in
  bool web;                  ///< whether it serves everything else
  const web::Traffic& traffic;
  std::span<const EmbeddedFile> pages;  ///< of the browser side
  std::size_t events_max;               ///< of one request
  bool metrics_are_public;
  bool tls;  ///< whether the server speaks it
  web::Authentication& authentication;
  accounts::LoginMeans logins;
  std::chrono::seconds one_time;  ///< how long one-time passwords are good
  web::Verifications& verifications;
};

/// All routes of the daemon, in one list: a new area of the API adds its own here.
std::vector<web::Route> http_routes(const HttpServices& services);

}  // namespace reckoner::app
