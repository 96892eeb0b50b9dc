#pragma once

// Inside of metering: what one transaction of events does.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metering/arrival.hpp"
#include "metering/event_keys.hpp"
#include "metering/ingest.hpp"
#include "metering/intake.hpp"
#include "metering/usage_deltas.hpp"
#include "metering/usage_points.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// Takes arrivals in within the caller's transaction, as one batch. In this order:
///   IngestTransaction transaction(connection, ...);   waits for changes of meters, opens the batch
///   find_customers() of all arrivals                  and whoever must not send them is left out
///   take() once or more, in the order of their keys   settles what becomes of each
///   finish()                                          writes totals and tallies
/// Then the caller commits. Arrivals and their events outlive it.
class IngestTransaction {
 public:
  IngestTransaction(store::Connection& connection, std::string_view source,
                    time::Instant received_at, KeyPath path);

  std::int64_t batch_id() const { return batch_id_; }

  /// Finds the customer who has each arrival's subject at its time. Where nobody has, and the
  /// reading has no problem yet, that becomes it; the customer is 0 then.
  void find_customers(std::span<Arrival* const> arrivals);

  /// Arrivals in any order, which is that of their seq where they have none yet; of two with one
  /// key the first in `arrivals` stands. A call's keys are taken in order, so several calls must be
  /// in the order of their keys too. Their customers were found. Throws KnownKey on the fresh path.
  void take(std::span<Arrival* const> arrivals);
  void take(std::span<const PoisonMessage> poison);
  void take(std::span<const KafkaPosition> positions);

  /// Writes what the batch adds. Nothing when nothing arrived.
  IngestCounts finish();

 private:
  using Tallies = std::map<std::string, IngestCounts, std::less<>>;  ///< by namespace

  std::vector<Arrival*> settle_new(std::span<Arrival* const> sorted);
  void count(std::span<Arrival* const> counted);
  void tally(std::span<Arrival* const> arrivals);

  store::Connection& connection_;
  const std::string source_;
  const time::Instant received_at_;
  const KeyPath path_;
  std::int64_t batch_id_ = 0;
  bool has_quarantine_ = false;  ///< some row was open when the batch was
  std::int32_t next_seq_ = 0;
  UsageDeltas deltas_;
  UsagePoints points_;
  Tallies tallies_;
};

}  // namespace reckoner::metering
