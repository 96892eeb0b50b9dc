#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/batch.hpp"
#include "engine/run_status.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::engine {

struct RunRequest {
  std::string engine;
  bool scheduled = false;         ///< a firing of the scheduler: unique by engine and fires_at
  time::Instant fires_at;         ///< a run by hand takes its start
  std::string period_label = {};  ///< only periods so labelled: "2026-10"
  std::string customer_key = {};  ///< only this customer
  bool retry_parked = false;      ///< try customers again that are parked
  bool true_ups = false;          ///< reopened periods alone make a customer due at once
};

/// Starts, continues and finishes runs. Thread-safe; several processes may work on one run, each
/// batch is billed once.
class Runner {
 public:
  /// What a run asks of metering, which stands beside the engine.
  struct UsageHooks {
    /// Closes a cut within the transaction that writes the run, and gives its number
    /// (metering::close_cut_within).
    std::function<std::int64_t(store::Connection&, time::Instant now)> close_cut_within;
    /// Merges totals that no unfinished run needs apart (metering::merge_totals). After a run.
    std::function<void(store::Connection&)> merge_totals;
    /// Throws Error when usage has waited for a cut longer than the bound, so that a run does not
    /// begin (metering::require_cut_within). Empty: a run never asks.
    std::function<void(store::Connection&, time::Instant now, std::chrono::seconds lag_max)>
        require_cut_within = {};
  };

  Runner(store::Pool& pool, Versions& versions, time::Clock clock, UsageHooks usage);

  /// Plans a run: closes a cut, finds who is due, cuts them into batches. None when this firing has
  /// run already; the run it began when it is unfinished.
  std::optional<RunId> start(const RunRequest& request);
  /// Runs of the engine that somebody began and nobody finished, oldest first.
  std::vector<RunId> unfinished(const std::string& engine);

  /// Works on the run with as many threads as the engine is configured for until every batch is
  /// done, whoever does them, or `stop` becomes true: then the batches in hand are finished and the
  /// rest stays for whoever continues. When the database goes away it waits and tries again. Throws
  /// Error for what no repetition mends.
  RunSummary work(RunId run, const std::atomic<bool>& stop,
                  const std::function<void(const RunProgress&)>& progress = {});

  /// Ends a run that goes on: batches that are done stay, the one in hand is finished, the rest is
  /// not billed by it. Does nothing to a run that has ended. A firing that was cancelled does not
  /// fire again.
  RunSummary cancel(RunId run);

  RunSummary summary(RunId run);
  /// Latest first.
  std::vector<RunSummary> list(int limit);
  /// Customers parked now, by key; with `run`, those it parked.
  std::vector<ParkedCustomer> parked(std::optional<RunId> run);

  /// What a run started now would bill, computed on one snapshot; stores nothing. Parked customers
  /// are told with their reasons.
  struct DryRun {
    std::vector<domain::Document> documents;
    std::vector<ParkedCustomer> parked;  ///< those it would park
    std::int64_t parked_before = 0;      ///< due, but parked by an earlier run
    std::int64_t due = 0;
  };
  DryRun dry_run(const RunRequest& request);

 private:
  RunFacts facts_of(store::Connection& connection, RunId run);
  void finish(RunId run);

  store::Pool& pool_;
  Versions& versions_;
  const time::Clock clock_;
  const UsageHooks usage_;
};

}  // namespace reckoner::engine
