#pragma once

#include <string>

#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::delivery {

/// What waits and what was given up, mails and webhooks, and how the endpoints are, as lines for
/// Prometheus.
std::string delivery_metrics(store::Connection& connection, time::Instant now);

}  // namespace reckoner::delivery
