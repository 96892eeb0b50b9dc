#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/batch.hpp"
#include "engine/compute.hpp"
#include "engine/held.hpp"

namespace reckoner::engine {

/// What every writer of a customer's facts does first, before it reads what was billed.
void lock_customers(store::Connection& connection, std::span<const std::int64_t> customers);
void park_customer(store::Connection& connection, const RunFacts& run, std::int64_t customer,
                   std::string_view reason, time::Instant now);

/// The documents of some customers within the transaction that issues them: computed, perhaps held,
/// written, and last numbered. For a batch of a run, and for held documents that were approved.
class Billing {
 public:
  /// Reads and computes, with the customers locked: both phases, so that the documents are as they
  /// would be issued, with ordinals. `now` decides the day of issue.
  Billing(store::Connection& connection, Versions& versions, FactReader& facts, const RunFacts& run,
          std::span<const std::int64_t> customers, time::Instant now);

  /// Takes out who goes beyond the bounds of the run's version: nothing of theirs is issued.
  void hold_beyond_bounds();
  /// Writes documents, periods, mails, and who is parked or held (`batch` is where).
  void write(std::int64_t batch);
  /// Gives the numbers: the last thing in the transaction.
  void number();

  const Computation& computation() const { return computation_; }
  const std::vector<HeldWork>& held() const { return held_; }
  /// What has become of the customers that were asked for.
  BatchCounts counts() const;

 private:
  void drop_left_alone();

  store::Connection& connection_;
  const RunFacts& run_;
  const time::Instant now_;
  const std::shared_ptr<const CompiledVersion> version_;
  std::int64_t asked_for_ = 0;
  Computation computation_;
  std::vector<OutgoingMail> mails_;
  std::vector<HeldWork> held_;
  std::vector<Sha256> hashes_;  ///< of the documents' contents, in their order
};

}  // namespace reckoner::engine
