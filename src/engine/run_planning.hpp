#pragma once

#include <vector>

#include "engine/run.hpp"

namespace reckoner::engine {

/// Who is due for the engine at the firing, by id: customers with an open period that
/// has ended, and those whose reopened periods have waited for `billing.trueUpAfter` or must not
/// wait.
struct DueCustomers {
  std::vector<std::int64_t> to_bill;
  std::int64_t parked = 0;  ///< due, but parked: counted, not billed
};

DueCustomers find_due(store::Connection& connection, const RunRequest& request,
                      std::chrono::seconds true_up_after, time::Instant now);

}  // namespace reckoner::engine
