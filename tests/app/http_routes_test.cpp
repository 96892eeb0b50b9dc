#include "app/http_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "app/http_service.hpp"
#include "support/database.hpp"

namespace reckoner::app {
namespace {

/// Pages for browsers, and the contract as a page to read.
const std::set<std::string> kPages{"GET /{page...}", "GET /api/docs"};

/// "GET /api/v1/meters" of each operation of the contract.
std::set<std::string> routes_of_contract() {
  std::ifstream file(RECKONER_SOURCE_DIR "/src/web/openapi.yaml");
  std::set<std::string> routes;
  std::string path;
  bool in_paths = false;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != ' ' && line.front() != '#') in_paths = line == "paths:";
    if (!in_paths || !line.ends_with(':')) continue;
    if (line.starts_with("  /")) path = line.substr(2, line.size() - 3);
    for (const std::string method : {"get", "put", "post", "delete", "patch"}) {
      if (line != "    " + method + ":") continue;
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      routes.insert(upper + " " + path);
    }
  }
  return routes;
}

TEST(HttpRoutes, AreThoseOfTheContract) {
  test::TestDatabase database([](store::Connection&) {});
  System system({.database = database.fresh(),
                 .data_dir = "",
                 .config = RECKONER_SOURCE_DIR "/config",
                 .plugins = "",
                 .allow_unsafe_database = true});
  web::Traffic traffic;
  metering::Intake intake(system.pool(), meters_in_force(system), system.clock(), {});
  std::set<std::string> served;
  for (const web::Route& route : http_routes({.system = system,
                                 .intake = &intake,
                                 .web = true,
                                 .traffic = traffic,
                                 .pages = {},
                                 .events_max = 1,
                                 .metrics_are_public = false})) {
    const std::string name = route.method + " " + route.pattern;
    if (!kPages.contains(name)) served.insert(name);
  }
  EXPECT_THAT(served, testing::ContainerEq(routes_of_contract()));
}

}  // namespace
}  // namespace reckoner::app
