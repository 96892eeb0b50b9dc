#pragma once

#include <functional>
#include <list>
#include <span>
#include <string>
#include <vector>

#include "engine/batch.hpp"
#include "engine/handler.hpp"
#include "engine/versions.hpp"
#include "store/receivable_rows.hpp"

/// Runs of engines that dun (docs/dunning.md): which steps documents that are overdue have come to,
/// and which have become void.
namespace reckoner::engine {

/// Books the charges with which customers pay fees or get them back, in the transaction of the
/// connection, whose customers are locked. Gives for each why it cannot be billed; "": it is
/// booked.
using BookFees = std::function<std::vector<std::string>(
    store::Connection& connection, const config::Configuration& configuration,
    std::span<const invoicing::DunningFee> fees, time::Instant now)>;

/// Why dunning of a document has come to an end: "paid", "credited", "void", "written-off".
struct DunningEnd {
  const OverdueDocument* document = nullptr;
  std::string reason;
  time::Date on{};
};

/// A step that turned out to be wrong.
struct DunningUndo {
  const OverdueDocument* document = nullptr;
  std::string step;
  std::optional<money::Money> fee;  ///< that was charged, and is given back
  std::string fee_tax;
  std::string reason;
};

/// A step that a document has come to.
struct StepNow {
  std::size_t step = 0;  ///< in the chain
  DunningAction action;
};

/// What is to be done about some customers' documents. May be moved, not copied.
struct DunningPlan {
  DunningPlan() = default;
  DunningPlan(DunningPlan&&) = default;

  std::list<OverdueDocument> documents;  // they stay where they are
  std::vector<StepNow> steps;
  std::vector<DunningEnd> ends;
  std::vector<DunningUndo> undone;
  /// Documents whose proposal to be written off is out of date: the reasons are those of `ends`.
  std::vector<DunningEnd> proposals_ended;
  struct Problem {
    CustomerId customer;
    std::string customer_key;
    std::string reason;
  };
  std::vector<Problem> problems;  ///< customers about whom nothing is done
};

/// Decides on what the connection's transaction sees, and writes nothing.
DunningPlan plan_dunning(store::Connection& connection, const CompiledVersion& version,
                         const std::string& engine, std::span<const std::int64_t> customers,
                         time::Instant now);

/// Customers that the engine has to look at: who may be late, and on whose documents steps were
/// taken that have not come to an end. All, or the one of that key.
std::vector<std::int64_t> find_dunned(store::Connection& connection,
                                      const std::string& customer_key, time::Instant now);

/// Does a batch of a run of such an engine in one transaction, as bill_batch does: `invoiced` of
/// the counts are customers for whom something was done.
BatchOutcome dun_batch(store::Connection& connection, Versions& versions, const RunFacts& run,
                       const ClaimedBatch& batch, const BookFees& book_fees, time::Instant now,
                       BatchCounts& counts);

}  // namespace reckoner::engine
