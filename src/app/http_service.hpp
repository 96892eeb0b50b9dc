#pragma once

#include <memory>
#include <set>
#include <string>

#include "app/serve_options.hpp"
#include "app/system.hpp"
#include "metering/intake.hpp"
#include "web/authentication.hpp"
#include "web/server.hpp"
#include "web/traffic.hpp"
#include "web/verifications.hpp"

namespace reckoner::app {

/// The HTTP side of a daemon: the server, its routes, and the intake behind them.
class HttpService {
 public:
  /// Listens from then on. Throws StartError when the address cannot be had, or the
  /// certificate cannot be used.
  HttpService(System& system, const ServeArguments& arguments, const ListenAddress& address,
              const std::set<Role>& roles);
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;

  /// Where pages are: "http://127.0.0.1:8080/".
  std::string url() const {
    return (is_secure_ ? "https://" : "http://") + server_->address() + "/";
  }

  /// Answers the requests in hand and closes the connections; once, from any thread.
  void stop() { server_->stop(); }

 private:
  HttpService(System& system, const ServeArguments& arguments, const ListenAddress& address,
              const std::set<Role>& roles, const config::Settings& settings);

  const bool is_secure_;  // with TLS
  web::Traffic traffic_;
  std::unique_ptr<metering::Intake> intake_;
  web::Authentication authentication_;
  web::Verifications verifications_;
  std::unique_ptr<web::Server> server_;  // last: it uses all the others
};

/// The meters of the active configuration version, for Intake.
metering::Intake::Meters meters_in_force(System& system);

}  // namespace reckoner::app
