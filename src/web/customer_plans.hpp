#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/plan.hpp"
#include "web/customer_session.hpp"

namespace reckoner::web {

/// A subscription with its plan as it is published.
struct SubscribedPlan {
  std::string key;
  domain::Subscription subscription;
  const domain::Plan* plan = nullptr;        ///< none: the active configuration does not have it
  std::vector<domain::AgreedFigure> agreed;  ///< on the plan, that hold or will
};

/// Of the subscriptions that go on or begin later, the one that began last first.
std::vector<SubscribedPlan> subscribed_plans(CustomerSession& session);

/// What the subscription's environment pays of the prices.
money::Decimal environment_percent(const SubscribedPlan& subscribed);

/// A quantity of the subscription that charges of its plan look at.
struct PlanQuantity {
  std::string name;
  std::string unit;
  money::Decimal value;  ///< now
  bool option = false;   ///< a charge stands only while it is above 0
};
std::vector<PlanQuantity> quantities_of(const SubscribedPlan& subscribed, time::Instant now);

/// Usage that charges of the plan look at, in the charges' units.
struct PlanUsage {
  const domain::Charge* charge = nullptr;
  std::string meter;
  std::map<std::string, std::set<std::string>> dimensions;  ///< that prices tell apart
  std::optional<money::Decimal> included;                   ///< none: unlimited
  std::optional<money::Decimal> last_month;  ///< in the period before the present one
  std::optional<money::Decimal> so_far;      ///< in the present one
  money::Decimal scale;                      ///< a sensible end of a slider
};
std::vector<PlanUsage> usage_of(CustomerSession& session, const SubscribedPlan& subscribed);

}  // namespace reckoner::web
