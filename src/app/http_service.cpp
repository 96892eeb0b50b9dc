#include "app/http_service.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "accounts/api_keys.hpp"
#include "accounts/sessions.hpp"
#include "app/http_routes.hpp"
#include "app/totp_key.hpp"
#include "app/verification.hpp"
#include "base/log.hpp"
#include "web/heavy_routes.hpp"
#include "web/rights.hpp"

namespace reckoner::app {

namespace {

/// How long a request may wait for the database before it is told to come again.
constexpr std::chrono::milliseconds kConnectionWait{1'500};
/// Descriptors for everything but connections: the database, files, plug-ins.
constexpr rlim_t kOtherFiles = 256;

config::Settings settings_of(System& system) {
  try {
    return system.settings();
  } catch (const store::DatabaseError& error) {
    log::warning("http: the defaults of the settings are used: {}", error.what());
    return config::Settings();
  }
}

std::shared_ptr<web::TlsIdentity> tls_of(const ServeArguments& arguments) {
  if (arguments.tls_certificate.empty() != arguments.tls_key.empty()) {
    throw UsageError("--tls-cert and --tls-key belong together");
  }
  if (arguments.tls_certificate.empty()) return nullptr;
  return std::make_shared<web::TlsIdentity>(arguments.tls_certificate, arguments.tls_key);
}

web::ServerOptions server_options(const config::Settings& settings, const ListenAddress& address) {
  web::ServerOptions options;
  options.host = address.host;
  options.port = address.port;
  options.connections_max = static_cast<std::size_t>(settings.integer("http.connections"));
  options.limits.body_max = static_cast<std::size_t>(settings.integer("http.bodyMax"));
  options.deadlines.head = settings.duration("http.headTime");
  options.deadlines.body = settings.duration("http.bodyTime");
  options.deadlines.idle = settings.duration("http.idleTime");
  options.heavy = web::heavy_routes();
  options.heavy_max = static_cast<std::size_t>(settings.integer("http.heavyMax"));
  options.rates.address.per_second = settings.integer("http.rate.address");
  options.rates.caller.per_second = settings.integer("http.rate.caller");
  options.rates.customer.per_second = settings.integer("http.rate.customer");
  options.bodies_max = std::max(options.bodies_max, 2 * settings.integer("http.bodyMax"));
  return options;
}

accounts::LoginMeans login_means(System& system, const config::Settings& settings) {
  return {
      .connection = [&system] { return system.pool().take(kConnectionWait); },
      .seal = [settings, directory = system.directory()] { return totp_seal(settings, directory); },
      .times = {.idle = settings.duration("users.sessionIdleTime"),
                .longest = settings.duration("users.sessionTime")}};
}

web::CredentialCache::Find key_finder(System& system) {
  return [&system](std::string_view secret) -> std::optional<web::Principal> {
    const auto key =
        accounts::find_api_key(*system.pool().take(kConnectionWait), secret, system.clock()());
    if (!key) return std::nullopt;
    return web::principal_of(*key);
  };
}

web::CredentialCache::Find session_finder(System& system, const accounts::LoginMeans& means) {
  return [&system, means](std::string_view secret) -> std::optional<web::Principal> {
    const auto session =
        accounts::use_session(*means.connection(), secret, means.times, system.clock()());
    if (!session) return std::nullopt;
    return web::principal_of(*session);
  };
}

/// Many systems allow 1,024 open files unless more are asked for.
void allow_open_files(std::size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = connections + kOtherFiles;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
    log::warning("http: {} open files are allowed, too few for {} connections", limit.rlim_cur,
                 connections);
  }
}

}  // namespace

metering::Intake::Meters meters_in_force(System& system) {
  return [&system](store::Connection& connection) -> std::shared_ptr<const meters::MeterReader> {
    try {
      const auto version = system.versions().active(connection);
      RK_CHECK(version.has_value());
      auto compiled = system.versions().load(connection, *version);
      const meters::MeterReader* reader = &compiled->meter_reader();
      return {std::move(compiled), reader};
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      throw StartError(fmt::format("the active configuration does not load: {}", error.what()));
    }
  };
}

HttpService::HttpService(System& system, const ServeArguments& arguments,
                         const ListenAddress& address, const std::set<Role>& roles)
    : HttpService(system, arguments, address, roles, settings_of(system)) {}

HttpService::HttpService(System& system, const ServeArguments& arguments,
                         const ListenAddress& address, const std::set<Role>& roles,
                         const config::Settings& settings)
    : is_secure_(!arguments.tls_certificate.empty()),
      authentication_(key_finder(system), session_finder(system, login_means(system, settings))),
      verifications_(system.pool(), system.clock(), verification_of(system)) {
  web::ServerOptions options = server_options(settings, address);
  options.tls = tls_of(arguments);
  allow_open_files(options.connections_max);
  if (roles.contains(Role::kIngest)) {
    intake_ = std::make_unique<metering::Intake>(
        system.pool(), meters_in_force(system), system.clock(),
        metering::Intake::Options{.connection_wait = kConnectionWait});
  }
  const HttpServices services{
      .system = system,
      .intake = intake_.get(),
      .web = roles.contains(Role::kWeb),
      .traffic = traffic_,
      .pages = arguments.pages,
      .events_max = static_cast<std::size_t>(settings.integer("http.batchMax")),
      .metrics_are_public = web::is_loopback(address.host),
      .tls = is_secure_,
      .authentication = authentication_,
      .logins = login_means(system, settings),
      .one_time = settings.duration("users.oneTimeTime"),
      .verifications = verifications_};
  server_ = std::make_unique<web::Server>(
      options, http_routes(services),
      [this](const web::Request& request) { return authentication_.principal_of(request); },
      traffic_);
  server_->start();
}

}  // namespace reckoner::app
