#pragma once

#include <string>
#include <vector>

#include "engine/reprice.hpp"
#include "engine/versions.hpp"

namespace reckoner::engine {

/// A configuration that is to become the active one.
struct ConfigurationChange {
  config::Files files;
  std::string author;
  std::string comment;
  /// Meters of the active version that `files` leaves out on purpose.
  std::vector<std::string> dropped_meters = {};
  std::optional<RepriceRange> reprice = std::nullopt;
};

struct ChangedConfiguration {
  VersionId version;
  bool changed = false;       ///< false: it was the active one already
  std::int64_t repriced = 0;  ///< sides of billed periods that are due again
};

/// Inside the caller's transaction; nobody else makes a version active until it ends. Throws Error
/// as Versions::apply and reprice do, and for a meter of the active version that is neither in
/// `files` nor dropped on purpose: it may have been made through the API, of which a directory
/// knows nothing. Throws UsageError for a dropped meter that is not dropped.
ChangedConfiguration apply_change(store::Connection& connection, Versions& versions,
                                  const ConfigurationChange& change, time::Instant now);

/// As apply_change says of meters.
void refuse_forgotten_meters(const std::vector<domain::Meter>& before,
                             const std::vector<domain::Meter>& after,
                             const std::vector<std::string>& dropped);

}  // namespace reckoner::engine
