#pragma once

#include "engine/batch.hpp"
#include "engine/compute.hpp"

namespace reckoner::engine {

/// Notes what the computation's periods were billed with (cut, version, run), writes the periods
/// that follow them, and closes the reopenings that were read. Customers that are parked or held
/// keep theirs open. Inside the transaction that issues, with the customers locked.
void record_periods(store::Connection& connection, const RunFacts& run,
                    const Computation& computation);

}  // namespace reckoner::engine
