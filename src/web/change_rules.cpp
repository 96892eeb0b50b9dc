#include "web/change_rules.hpp"

#include <algorithm>

namespace reckoner::web {

accounts::ChangeRules change_rules(engine::Versions& versions, store::Connection& connection,
                                   const config::Configuration& configuration, time::Instant now) {
  return {configuration, now,
          [&versions, &connection](VersionId version, const std::string& plan,
                                   money::Currency currency) {
            const auto pinned = versions.load(connection, version);
            return std::ranges::any_of(pinned->configuration().plans, [&](const auto& known) {
              return known.name == plan && known.currency == currency;
            });
          }};
}

}  // namespace reckoner::web
