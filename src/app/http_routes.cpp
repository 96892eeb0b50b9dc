#include "app/http_routes.hpp"

#include <iterator>
#include <memory>

#include "app/configuration_routes.hpp"
#include "delivery/delivery_metrics.hpp"
#include "engine/run_metrics.hpp"
#include "metering/metering_metrics.hpp"
#include "store/disk_full.hpp"
#include "web/console_api.hpp"
#include "web/customers_api.hpp"
#include "web/exports_api.hpp"
#include "web/ingest_api.hpp"
#include "web/metering_api.hpp"
#include "web/routes_api.hpp"
#include "web/session_api.hpp"
#include "web/ui_api.hpp"
#include "web/users_api.hpp"
#include "web/webhooks_api.hpp"

namespace reckoner::app {

namespace {

constexpr std::chrono::seconds kHealthWait{1};
/// Whoever wants to write meets it again sooner.
constexpr std::chrono::seconds kDiskFullKept{3};
constexpr store::Statement kAlive{"app.alive", "select 1"};

void add(std::vector<web::Route>& routes, std::vector<web::Route> more) {
  routes.insert(routes.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

web::HealthApi health_api(const HttpServices& services) {
  web::HealthApi api;
  api.health = std::make_shared<web::Health>(
      [&system = services.system] { system.pool().take(kHealthWait)->query(kAlive); });
  api.degraded = [] {
    return store::disk_was_full(kDiskFullKept) ? "the database's disk is full: nothing is stored"
                                               : "";
  };
  api.traffic = &services.traffic;
  if (services.metrics_are_public) api.metrics_right = std::nullopt;
  if (services.intake != nullptr) {
    api.sources.push_back(
        [intake = services.intake] { return web::prometheus(intake->statistics()); });
  }
  api.sources.push_back([&system = services.system] {
    return metering::metering_metrics(*system.pool().take(kHealthWait), system.clock()());
  });
  api.sources.push_back([&system = services.system] {
    return engine::run_metrics(*system.pool().take(kHealthWait));
  });
  api.sources.push_back([&system = services.system] {
    return delivery::delivery_metrics(*system.pool().take(kHealthWait), system.clock()());
  });
  return api;
}

std::vector<web::Route> access_routes(const HttpServices& services) {
  std::vector<web::Route> routes =
      web::session_routes({.means = services.logins,
                           .authentication = services.authentication,
                           .throttle = std::make_shared<web::LoginThrottle>(),
                           .clock = services.system.clock(),
                           .tls = services.tls});
  const web::UsersApi users{.pool = services.system.pool(),
                            .authentication = services.authentication,
                            .clock = services.system.clock(),
                            .one_time = services.one_time};
  add(routes, web::user_routes(users));
  add(routes, web::key_routes(users));
  return routes;
}

web::ConsoleApi console_api(const HttpServices& services) {
  System& system = services.system;
  return {.customers = {system.pool(), system.tenant_pool(), system.versions(), system.clock()},
          .runner = system.runner(),
          .verifications = services.verifications,
          .cluster_directory = system.cluster_directory(),
          .settings = [&system] { return system.settings(); }};
}

}  // namespace

std::vector<web::Route> http_routes(const HttpServices& services) {
  std::vector<web::Route> routes = web::health_routes(health_api(services));
  if (services.intake != nullptr) {
    add(routes, web::ingest_routes({[intake = services.intake](metering::Submission submission) {
                                      return intake->take(std::move(submission));
                                    },
                                    services.system.clock(), services.events_max}));
  }
  if (services.web) {
    add(routes, web::metering_routes({services.system.pool(), services.system.versions(),
                                      services.system.clock(), &services.system.tenant_pool()}));
    add(routes, web::customer_routes({services.system.pool(), services.system.tenant_pool(),
                                      services.system.versions(), services.system.clock()}));
    add(routes, configuration_routes(services.system));
    add(routes, access_routes(services));
    add(routes, web::console_routes(console_api(services)));
    add(routes, web::export_routes(console_api(services)));
    add(routes, web::webhook_routes({console_api(services), services.logins.seal}));
  }
  if (services.web) add(routes, web::ui_routes(services.pages));
  routes.push_back(web::routes_route(routes));
  return routes;
}

}  // namespace reckoner::app
