#include "app/http_routes.hpp"

#include <iterator>
#include <memory>

#include "engine/run_metrics.hpp"
#include "metering/metering_metrics.hpp"
#include "store/disk_full.hpp"
#include "web/ingest_api.hpp"
#include "web/metering_api.hpp"

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
  if (services.metrics_are_public) api.metrics_scope = std::nullopt;
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
  return api;
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
    add(routes, web::metering_routes(
                    {services.system.pool(), services.system.versions(), services.system.clock()}));
  }
  return routes;
}

}  // namespace reckoner::app
