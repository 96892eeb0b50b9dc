#pragma once

#include <compare>
#include <cstdint>

#include "time/time.hpp"

namespace reckoner::usage {

/// Where an event stands in the order of events: by the time it happened, and among those of one
/// instant by the order they arrived in.
struct Moment {
  time::Instant occurred_at;
  std::int64_t arrival = 0;

  friend auto operator<=>(const Moment&, const Moment&) = default;
};

}  // namespace reckoner::usage
