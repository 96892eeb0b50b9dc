#pragma once

#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "store/connection.hpp"

namespace reckoner::app {

/// What becomes of a meter between two configurations.
struct MeterPlan {
  std::string name;
  std::string kind;  ///< "added", "changed", "ended", "dropped"
  friend bool operator==(const MeterPlan&, const MeterPlan&) = default;
};

/// By name; meters that stay what they are are left out.
std::vector<MeterPlan> meters_between(const std::vector<domain::Meter>& before,
                                      const std::vector<domain::Meter>& after);

/// What follows in the transaction that has made a version active: sides of periods for plans that
/// bill in advance, and since when its meters count.
void settle_version(store::Connection& connection, const config::Configuration& configuration,
                    time::Instant now);

}  // namespace reckoner::app
