#pragma once

#include <chrono>

#include "time/time.hpp"

namespace reckoner::usage {

/// Totals are kept by UTC quarter hours: every zone's midnight since 1972 lies on one.
inline constexpr std::chrono::minutes kBucket{15};

/// The start of the bucket that contains the instant.
inline time::Instant bucket_of(time::Instant instant) {
  return time::Instant(std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<900>>>(
      instant.time_since_epoch()));
}

inline bool is_bucket_boundary(time::Instant instant) {
  return bucket_of(instant) == instant;
}

/// The first instant on a quarter hour at or after `instant`: usage up to it is all there is to
/// `instant`.
inline time::Instant bucket_end(time::Instant instant) {
  const time::Instant bucket = bucket_of(instant);
  return bucket == instant ? instant : bucket + kBucket;
}

}  // namespace reckoner::usage
