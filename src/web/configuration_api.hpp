#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "engine/versions.hpp"
#include "rules/facts.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// What whoever runs decision tables says of the names they may use; it stands beside this folder.
struct RuleLanguage {
  struct Name {
    std::string name;
    std::string type;
    std::string help;
  };
  std::vector<Name> facts;    ///< "quantity.NAME" stands for all of its kind
  std::vector<Name> outputs;  ///< those that have an effect; without a type
  /// All facts there are under a configuration.
  std::function<rules::FactNames(const config::Configuration&)> names;
};

/// What the endpoints of the configuration work with. `pool` and `versions` outlive the routes.
struct ConfigurationApi {
  store::Pool& pool;
  engine::Versions& versions;
  time::Clock clock;
  /// The files of this machine, to say whether they are what counts; none where there are none.
  std::optional<std::filesystem::path> directory;
  RuleLanguage rules;
};

/// The configuration in the browser (docs/configuration.md): versions and their files, drafts
/// checked, compared and previewed, what makes one the active version, decision tables.
std::vector<Route> configuration_routes(const ConfigurationApi& api);

std::vector<Route> configuration_version_routes(const ConfigurationApi& api);
std::vector<Route> configuration_draft_routes(const ConfigurationApi& api);
std::vector<Route> configuration_impact_routes(const ConfigurationApi& api);
std::vector<Route> configuration_change_routes(const ConfigurationApi& api);
std::vector<Route> decision_routes(const ConfigurationApi& api);

}  // namespace reckoner::web
