#include "app/configuration_routes.hpp"

#include "handlers/rule_facts.hpp"
#include "handlers/rule_handler.hpp"
#include "web/configuration_api.hpp"

namespace reckoner::app {

namespace {

web::RuleLanguage rule_language() {
  web::RuleLanguage language;
  for (const handlers::RuleFact& fact : handlers::rule_facts()) {
    const std::string help = fact.behind_only ? "behind the calculation: " + fact.help : fact.help;
    language.facts.push_back({fact.name, std::string(rules::name_of(fact.type)), help});
  }
  for (const handlers::RuleOutput& output : handlers::rule_outputs()) {
    language.outputs.push_back({output.name, "", output.help});
  }
  language.names = [](const config::Configuration& configuration) {
    return handlers::RuleFacts(configuration, handlers::RulePlace::kBehindCalculation).names();
  };
  return language;
}

}  // namespace

std::vector<web::Route> configuration_routes(System& system) {
  return web::configuration_routes({system.pool(), system.versions(), system.clock(),
                                    system.configuration_directory(), rule_language()});
}

}  // namespace reckoner::app
