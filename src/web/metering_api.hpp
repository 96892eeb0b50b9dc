#pragma once

#include <vector>

#include "engine/versions.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// What the endpoints of the metering API work on; all of it outlives them.
struct MeteringApi {
  store::Pool& pool;
  engine::Versions& versions;
  time::Clock clock;
  /// For queries of whoever belongs to a customer, in the role of the reader; none: `pool`.
  store::Pool* tenants = nullptr;
};

/// The read and management API that OpenMeter's clients speak (docs/metering-api.md): meters,
/// queries, subjects, the list of events. Taking events in is not part of it.
std::vector<Route> metering_routes(const MeteringApi& api);

std::vector<Route> meter_routes(const MeteringApi& api);
std::vector<Route> query_routes(const MeteringApi& api);
std::vector<Route> subject_routes(const MeteringApi& api);
std::vector<Route> event_routes(const MeteringApi& api);

}  // namespace reckoner::web
