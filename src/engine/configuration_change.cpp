#include "engine/configuration_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/version_lock.hpp"

namespace reckoner::engine {

namespace {

std::set<std::string> names_of(const std::vector<domain::Meter>& meters) {
  std::set<std::string> names;
  for (const domain::Meter& meter : meters) names.insert(meter.name);
  return names;
}

}  // namespace

void refuse_forgotten_meters(const std::vector<domain::Meter>& before,
                             const std::vector<domain::Meter>& after,
                             const std::vector<std::string>& dropped) {
  const std::set<std::string> old_meters = names_of(before);
  const std::set<std::string> new_meters = names_of(after);
  for (const std::string& name : dropped) {
    if (old_meters.contains(name) && !new_meters.contains(name)) continue;
    throw UsageError(
        fmt::format("--drop-meter {}: this configuration does not drop a meter of that "
                    "name",
                    name));
  }
  for (const std::string& name : old_meters) {
    if (new_meters.contains(name)) continue;
    if (std::find(dropped.begin(), dropped.end(), name) != dropped.end()) continue;
    throw Error(
        fmt::format("the active configuration has the meter '{}', and this one does not: "
                    "add it to meters.xml, or drop it with --drop-meter {}",
                    name, name));
  }
}

ChangedConfiguration apply_change(store::Connection& connection, Versions& versions,
                                  const ConfigurationChange& change, time::Instant now) {
  lock_versions(connection);
  const auto next = versions.compile(change.files);
  if (const auto current = versions.active(connection)) {
    refuse_forgotten_meters(versions.load(connection, *current)->configuration().meters,
                            next->configuration().meters, change.dropped_meters);
  }
  const Versions::Applied applied =
      versions.apply(connection, change.files, change.author, change.comment, now);
  ChangedConfiguration changed{applied.version, applied.changed, 0};
  if (change.reprice) {
    // Not by its number, which it has for good only when this is committed.
    changed.repriced =
        reprice(connection, *next, *change.reprice, applied.version,
                fmt::format("repriced by {}: {}", change.author, change.comment), now);
  }
  return changed;
}

}  // namespace reckoner::engine
