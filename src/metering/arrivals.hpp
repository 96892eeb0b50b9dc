#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// What arrived lately.
struct Arrivals {
  struct Counts {
    std::int64_t received = 0;
    std::int64_t counted = 0;
    std::int64_t duplicate = 0;
    std::int64_t quarantined = 0;
  };
  struct Minute {
    time::Instant at;
    Counts counts;
  };
  struct Source {
    std::string name;
    Counts counts;
    time::Instant last_at;
  };
  std::int64_t last_minute = 0;  ///< events received in the 60 seconds before `now`
  std::vector<Minute> minutes;   ///< those with arrivals, oldest first
  std::vector<Source> sources;   ///< the most events first, at most 50
};

/// Of the hour before `now`. Looks only at about as many batches as there are in it.
Arrivals recent_arrivals(store::Connection& connection, time::Instant now);

/// The last cut and when it was closed.
struct LastCut {
  std::int64_t cut = 0;
  std::optional<time::Instant> closed_at;
};
LastCut last_cut(store::Connection& connection);

struct KafkaPosition {
  std::string topic;
  std::int64_t partition = 0;
  std::int64_t next_offset = 0;
  time::Instant updated_at;
};
std::vector<KafkaPosition> kafka_positions(store::Connection& connection);

}  // namespace reckoner::metering
