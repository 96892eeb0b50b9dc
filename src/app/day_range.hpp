#pragma once

#include <optional>
#include <string>

#include "time/time.hpp"

namespace reckoner::app {

/// The days of the options --from and --to, both included; where one is empty there is no bound.
struct DayRange {
  std::optional<time::Date> from;
  std::optional<time::Date> to;
};

/// Throws UsageError for what is no day, and for a last day before the first.
DayRange day_range(const std::string& from, const std::string& to);

}  // namespace reckoner::app
