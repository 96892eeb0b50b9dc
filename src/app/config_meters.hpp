#pragma once

#include <string>
#include <vector>

#include "app/system.hpp"
#include "config/configuration.hpp"

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

/// Throws Error for a meter of the active version that `after` lacks and `dropped` does not name:
/// it may have been made through the API, of which a directory knows nothing. Throws UsageError
/// for a name in `dropped` that is not dropped.
void refuse_forgotten_meters(const std::vector<domain::Meter>& before,
                             const std::vector<domain::Meter>& after,
                             const std::vector<std::string>& dropped);

/// What follows in the transaction that has made a version active: sides of periods for plans that
/// bill in advance, and since when its meters count.
void settle_version(store::Connection& connection, const config::Configuration& configuration,
                    time::Instant now);

}  // namespace reckoner::app
