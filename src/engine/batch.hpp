#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/compute.hpp"

namespace reckoner::engine {

/// What a run is about; fixed when it starts, so that whoever continues it does the same.
struct RunFacts {
  RunId run;
  std::string engine;
  time::Instant fires_at;
  std::string period_label;  ///< "" for all
  VersionId version;         ///< active when it started
  std::int64_t cut = 0;
  bool duns = false;  ///< it is about overdue documents: who is left alone by it is still billed
};

/// A batch claimed by this worker, under a lease with a fencing token.
struct ClaimedBatch {
  std::int64_t batch = 0;
  std::int64_t token = 0;
  std::vector<std::int64_t> customers;
};

/// Every customer of a batch is one of these afterwards.
struct BatchCounts {
  std::int64_t invoiced = 0;
  std::int64_t parked = 0;
  std::int64_t held = 0;  ///< beyond a bound of safety: nothing is stored until somebody approves
  std::int64_t nothing_due = 0;
  std::int64_t total() const { return invoiced + parked + held + nothing_due; }
};

enum class BatchOutcome {
  kDone,
  kLeaseLost,  ///< somebody else has the batch, or finished it: nothing was written
};

/// Bills the customers of one batch in one transaction (in the order of ARCHITECTURE.md): lease,
/// customers, facts, computation, documents, and last the counters of the series. `now` is read
/// once by the caller: it fixes the day of issue. Throws store::DatabaseError or Bug with nothing
/// written.
BatchOutcome bill_batch(store::Connection& connection, Versions& versions, const RunFacts& run,
                        const ClaimedBatch& batch, time::Instant now, BatchCounts& counts);

/// Parks the only customer of a batch whom the database, or a bug, refuses; where the run duns, the
/// customer is left alone by it, and due again for the next. In a transaction of its own.
BatchOutcome park_batch(store::Connection& connection, const RunFacts& run,
                        const ClaimedBatch& batch, std::string_view reason, time::Instant now);

/// Makes two batches of one that was refused, so that the culprit ends up alone.
BatchOutcome split_batch(store::Connection& connection, const RunFacts& run,
                         const ClaimedBatch& batch);

}  // namespace reckoner::engine
