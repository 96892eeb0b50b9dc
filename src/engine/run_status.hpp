#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/batch.hpp"
#include "engine/versions.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::engine {

/// invoiced + held + parked + nothing_due = due, at the end of every run. While one goes on, the
/// counts are those of its finished batches and of customers parked before.
struct RunSummary {
  RunId run;
  std::string engine;
  bool scheduled = false;
  time::Instant fires_at;
  std::string period_label = {};  ///< only periods so labelled; empty: all
  std::string customer_key = {};  ///< only this customer; empty: all
  std::string state;              ///< "running", "done", "cancelled"
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
  time::Instant since;  ///< of the first of its attempts
  RunId run = {};       ///< that parked it last
  std::string name = {};
};

/// Which runs; what is empty does not restrict.
struct RunFilter {
  std::string engine = {};
  std::string state = {};
  std::optional<RunId> before = std::nullopt;  ///< only those that began before this one
};

/// Which parked customers; what is empty does not restrict.
struct ParkedFilter {
  std::optional<RunId> run = std::nullopt;  ///< that parked them last
  std::string text = {};                    ///< a part of key, name or reason, in any case
  std::string behind = {};                  ///< only keys behind this one
  std::optional<std::int64_t> limit = std::nullopt;
};

/// A process that works on a run.
struct RunWorker {
  std::string host;
  std::int64_t process = 0;
  std::int64_t batches = 0;  ///< in its hands
};

/// How far a run is, from the database alone: any process can tell.
struct RunProgress {
  std::int64_t customers_done = 0;  ///< in finished batches
  std::int64_t customers = 0;       ///< in all batches
  std::int64_t batches_done = 0;
  std::int64_t batches = 0;
  /// Over the last 20 batches and up to now, so it sinks while nothing is finished. None before the
  /// first batch, and of a run that has ended.
  std::optional<double> customers_per_second = {};
  std::optional<std::chrono::seconds> remaining = {};  ///< at that rate
  std::vector<RunWorker> workers = {};
};

/// None when there is no run of that number.
std::optional<RunSummary> find_summary(store::Connection& connection, RunId run);
/// Latest first.
std::vector<RunSummary> list_summaries(store::Connection& connection, const RunFilter& filter,
                                       std::int64_t limit);
/// Customers parked now, by key (its bytes).
std::vector<ParkedCustomer> list_parked(store::Connection& connection, const ParkedFilter& filter);

/// A run that goes on, but that nobody has worked on for two minutes.
struct UnattendedRun {
  RunId run;
  std::string engine;
  time::Instant since;
  std::string problem;  ///< why its configuration version does not load here; empty: it does

  std::string says() const;  ///< what is so
  std::string todo() const;  ///< what to do about it
};
/// Oldest first.
std::vector<UnattendedRun> unattended_runs(store::Connection& connection, Versions& versions,
                                           time::Instant now);

RunProgress read_progress(store::Connection& connection, RunId run, time::Instant now);

}  // namespace reckoner::engine
