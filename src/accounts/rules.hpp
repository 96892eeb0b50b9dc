#pragma once

#include <functional>
#include <string>

#include "base/id.hpp"
#include "config/configuration.hpp"
#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// Whether a configuration version has a plan with prices in that currency. Called inside the
/// transaction of a change, for the versions that billed periods are pinned to.
using PlanInVersion =
    std::function<bool(VersionId version, const std::string& plan, money::Currency currency)>;

/// What changes of customers' facts are checked against.
struct ChangeRules {
  const config::Configuration& active;
  time::Instant now;
  PlanInVersion plan_in_version;  ///< empty: every version has every plan
};

}  // namespace reckoner::accounts
