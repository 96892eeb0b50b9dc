#include "handlers/environments.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::handlers {

const domain::Environment& environment_of(const domain::Plan& plan,
                                          const domain::Subscription& subscription) {
  static const std::string kDefault = "production";
  static const domain::Environment kProduction{kDefault, 100, {}};
  const std::string& name = subscription.environment.empty() ? kDefault : subscription.environment;
  for (const domain::Environment& environment : plan.strategy->environments) {
    if (environment.name == name) return environment;
  }
  if (name == kDefault) return kProduction;
  throw Error(fmt::format("subscription {}: strategy '{}' has no environment '{}'",
                          subscription.number, plan.strategy->name, name));
}

}  // namespace reckoner::handlers
