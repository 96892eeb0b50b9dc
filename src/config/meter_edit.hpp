#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/meter.hpp"

namespace reckoner::config {

/// Changes of meters.xml as text, for whoever edits it by program: everything else in it stays as
/// somebody wrote it, comments too. The text is one that parse() accepts; the result is still to be
/// parsed, for what a meter says may be wrong.

/// With the meter as the last one. Its `place` is not looked at.
std::string with_meter(std::string_view text, const domain::Meter& meter);

/// What is said anew of a meter; the rest stays.
struct MeterChange {
  std::optional<std::string> title = std::nullopt;        ///< empty: none
  std::optional<std::string> description = std::nullopt;  ///< empty: none
  std::optional<std::map<std::string, std::string>> metadata = std::nullopt;
  std::optional<std::vector<domain::Meter::Dimension>> group_by = std::nullopt;
  std::optional<time::Instant> ends_at = std::nullopt;
};

/// Throws Error when there is no meter of that name.
std::string with_changed_meter(std::string_view text, std::string_view name,
                               const MeterChange& change);

}  // namespace reckoner::config
