#pragma once

#include "domain/customer.hpp"
#include "domain/plan.hpp"

namespace reckoner::handlers {

/// The environment of the plan's strategy that the subscription names; "production" at 100 % where
/// it names none. Throws Error where the strategy does not have it.
const domain::Environment& environment_of(const domain::Plan& plan,
                                          const domain::Subscription& subscription);

}  // namespace reckoner::handlers
