#pragma once

#include <vector>

#include "engine/run.hpp"

namespace reckoner::engine {

/// Who is due for the engine at the firing. Of one that bills: customers with an open period that
/// has ended, and those whose reopened periods have waited for `billing.trueUpAfter` or must not
/// wait. Those held for approval are not due. First those parked, who has waited longest before the
/// others. Of one that duns: find_dunned.
struct DueCustomers {
  std::vector<std::int64_t> to_bill;
  std::int64_t parked = 0;  ///< due, but parked: counted, not billed
};

DueCustomers find_due(store::Connection& connection, const CompiledVersion& version,
                      const RunRequest& request, time::Instant now);

/// The version a run starts with; throws Error when none is active.
VersionId require_active(store::Connection& connection, const Versions& versions);
/// Throws UsageError for an engine of which nothing is stored.
void require_running(const CompiledVersion& version, const std::string& engine);

}  // namespace reckoner::engine
