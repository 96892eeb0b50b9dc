#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/batch.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::engine {

/// invoiced + parked + nothing_due = due, at the end of every run.
struct RunSummary {
  RunId run;
  std::string engine;
  bool scheduled = false;
  time::Instant fires_at;
  std::string state;  ///< "running", "done", "cancelled"
  std::int64_t due = 0;
  BatchCounts counts;
  std::int64_t cut = 0;
  VersionId version;
  time::Instant started_at;
  std::optional<time::Instant> ended_at;
};

struct ParkedCustomer {
  std::string key;
  std::string reason;
  std::int64_t attempts = 0;
};

/// How far a run is: customers in finished batches of all that are due in it.
struct RunProgress {
  std::int64_t customers_done = 0;
  std::int64_t customers = 0;
};

/// None when there is no run of that number.
std::optional<RunSummary> find_summary(store::Connection& connection, RunId run);
/// Latest first.
std::vector<RunSummary> list_summaries(store::Connection& connection, int limit);
/// Customers parked now, by key; with `run`, those it parked.
std::vector<ParkedCustomer> list_parked(store::Connection& connection, std::optional<RunId> run);
/// All that is due of the run, and what of it is done.
RunProgress read_progress(store::Connection& connection, RunId run);

}  // namespace reckoner::engine
