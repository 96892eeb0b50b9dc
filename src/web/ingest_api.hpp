#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "metering/intake.hpp"
#include "time/clock.hpp"
#include "web/http.hpp"

namespace reckoner::web {

struct IngestApi {
  /// Intake::take.
  std::function<metering::Receipt(metering::Submission)> take;
  time::Clock clock;
  std::size_t events_max = 10'000;  ///< of one request
};

/// POST /api/v1/events (docs/http.md).
std::vector<Route> ingest_routes(IngestApi api);

/// In Prometheus' text format.
std::string prometheus(const metering::Intake::Statistics& statistics);

}  // namespace reckoner::web
