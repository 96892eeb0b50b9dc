#include "app/config_meters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "accounts/advance_sides.hpp"
#include "metering/meter_life.hpp"

namespace reckoner::app {

namespace {

std::map<std::string, const domain::Meter*> by_name(const std::vector<domain::Meter>& meters) {
  std::map<std::string, const domain::Meter*> map;
  for (const domain::Meter& meter : meters) map.emplace(meter.name, &meter);
  return map;
}

}  // namespace

std::vector<MeterPlan> meters_between(const std::vector<domain::Meter>& before,
                                      const std::vector<domain::Meter>& after) {
  const auto old_meters = by_name(before);
  const auto new_meters = by_name(after);
  std::vector<MeterPlan> plans;
  for (const auto& [name, meter] : new_meters) {
    const auto was = old_meters.find(name);
    if (was == old_meters.end()) {
      plans.push_back({name, "added"});
    } else if (meter->ends_at && !was->second->ends_at) {
      plans.push_back({name, "ended"});
    } else if (metering::definition_of(*meter) != metering::definition_of(*was->second)) {
      plans.push_back({name, "changed"});
    }
  }
  for (const auto& [name, meter] : old_meters) {
    if (!new_meters.contains(name)) plans.push_back({name, "dropped"});
  }
  std::sort(plans.begin(), plans.end(),
            [](const MeterPlan& a, const MeterPlan& b) { return a.name < b.name; });
  return plans;
}

void settle_version(store::Connection& connection, const config::Configuration& configuration,
                    time::Instant now) {
  accounts::add_advance_sides(connection, configuration);
  metering::settle_meters(connection, configuration.meters, now);
}

}  // namespace reckoner::app
