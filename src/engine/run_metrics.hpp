#pragma once

#include <string>

#include "store/connection.hpp"

namespace reckoner::engine {

/// What the operator must look at, in Prometheus' text format: runs that go on, customers parked,
/// and customers whose documents wait for approval.
std::string run_metrics(store::Connection& connection);

}  // namespace reckoner::engine
