#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/approval.hpp"
#include "engine/dunning.hpp"
#include "engine/news.hpp"
#include "engine/run_presence.hpp"
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

  /// `silence_max`: how long a process that works on runs may be silent before others take its
  /// batches over (run_presence.hpp), and before the server ends a transaction that plans, finishes
  /// or cancels one. `book_fees` books what engines that dun charge; without it they must not
  /// charge anything.
  Runner(store::Pool& pool, Versions& versions, time::Clock clock, UsageHooks usage,
         std::chrono::milliseconds silence_max = kSilenceMax, BookFees book_fees = {});

  /// Plans a run: closes a cut, finds who is due, cuts them into batches. None when this firing has
  /// run already; the run it began when it is unfinished.
  std::optional<RunId> start(const RunRequest& request);
  /// The same on a connection of the caller's, in a transaction of its own or as a part of one that
  /// encloses it: then whoever works on runs finds it within half a second of its end.
  std::optional<RunId> start(store::Connection& connection, const RunRequest& request);
  /// Runs of the engine ("": of any) that somebody began and nobody finished, oldest first.
  std::vector<RunId> unfinished(const std::string& engine);

  /// Works on the run with as many threads as the engine is configured for until every batch is
  /// done, whoever does them, or `stop` becomes true: then the batches in hand are finished and the
  /// rest stays for whoever continues. When the database goes away it waits and tries again. Throws
  /// Error for what no repetition mends.
  RunSummary work(RunId run, const std::atomic<bool>& stop,
                  const std::function<void(const RunProgress&)>& progress = {});

  /// Works on whatever runs go on, oldest first, whoever began them, until `stop` becomes true:
  /// what a daemon does. Looks for them about every half second, and at once when this process
  /// starts one. A run whose version does not load here (another plug-in library) is told once and
  /// left to others; where nobody works on it, that is told now and then. Nothing but a bug gets
  /// out: errors are logged, and tried again.
  void share(const std::atomic<bool>& stop);

  /// Whether the run has ended. Where this process shares runs it is waited for, at most so long.
  bool ended_within(RunId run, std::chrono::milliseconds longest, const std::atomic<bool>& stop);

  /// Ends a run that goes on: batches that are done stay, those in hand are waited for, the rest is
  /// not billed by it. Does nothing to a run that has ended. A firing that was cancelled does not
  /// fire again.
  RunSummary cancel(RunId run);

  /// Documents that go beyond a bound of safety are held, not stored; until somebody decides, their
  /// customers are not due. With `run`, all that it held; without, those that wait for a decision.
  std::vector<HeldCustomer> held(std::optional<RunId> run);
  /// Who decides about what a run held, and about whom: one customer by key, "" for all of them.
  struct Verdict {
    RunId run;
    std::string customer_key = {};
    std::string who;
    std::string why;
  };
  /// Computes again what was held, at the cut and version of the run, and issues what is the same.
  /// Throws Error when the run goes on, or nothing of it waits for a decision.
  std::vector<Approval> approve(const Verdict& verdict);
  /// Drops what was held: the customers are due again for the next run. Gives their keys. Throws as
  /// above.
  std::vector<std::string> reject(const Verdict& verdict);
  /// The same on a connection of the caller's whose transaction encloses them all.
  std::vector<Approval> approve(store::Connection& connection, const Verdict& verdict);
  std::vector<std::string> reject(store::Connection& connection, const Verdict& verdict);

  RunSummary summary(RunId run);
  /// How far it is, from the database alone.
  RunProgress progress(RunId run);
  /// Latest first.
  std::vector<RunSummary> list(int limit);
  /// Runs that go on, and that nobody works on.
  std::vector<UnattendedRun> unattended();
  /// Customers parked now, by key; with `run`, those it parked.
  std::vector<ParkedCustomer> parked(std::optional<RunId> run);

  /// A step of dunning that a run would take, or what else it would do about a document.
  struct DunningStepToCome {
    std::string customer_key;
    std::string document;  ///< its number
    std::string what;      ///< name of the step; "end: paid", "undo: first-reminder"
    money::Money overdue;
    std::optional<money::Money> fee = std::nullopt;
  };
  /// What a run started now would bill, or whom it would dun, computed on one snapshot; stores
  /// nothing. Parked customers are told with their reasons. Of those due only so many are computed,
  /// the ones a run bills first.
  struct DryRun {
    std::vector<domain::Document> documents;
    std::vector<DunningStepToCome> dunning;
    std::vector<ParkedCustomer> parked;  ///< those it would park
    std::vector<ParkedCustomer> held;    ///< those it would hold; their documents are shown, too
    std::int64_t parked_before = 0;      ///< due, but parked by an earlier run
    std::int64_t due = 0;
    std::int64_t computed = 0;  ///< customers
  };
  DryRun dry_run(const RunRequest& request,
                 std::size_t customers_max = std::numeric_limits<std::size_t>::max());

 private:
  struct Task;
  struct Share {
    std::unique_ptr<Task> task;
    bool apart = false;  ///< it cannot be worked on here
    std::chrono::steady_clock::time_point rests_until;
    std::chrono::steady_clock::time_point quiet_until;  ///< that nobody works on it was told
  };

  RunFacts facts_of(store::Connection& connection, RunId run);
  void divide_pools(store::Connection& connection, const CompiledVersion& compiled,
                    VersionId version, const RunRequest& request, time::Instant now);
  std::vector<HeldCustomer> undecided(store::Connection& connection, const Verdict& verdict);
  std::unique_ptr<Task> take_on(RunId run, std::int64_t worker);
  bool take_part(RunId run, Share& share, std::int64_t worker, const std::atomic<bool>& stop);
  void tell_unattended(std::map<RunId, Share>& shares);
  bool finish(RunId run);

  store::Pool& pool_;
  Versions& versions_;
  const time::Clock clock_;
  const UsageHooks usage_;
  const std::chrono::milliseconds silence_max_;
  const BookFees book_fees_;
  News news_;
  std::atomic<int> sharing_ = 0;  ///< threads in share()
};

}  // namespace reckoner::engine
