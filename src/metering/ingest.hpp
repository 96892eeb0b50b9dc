#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "metering/event.hpp"
#include "meters/meter_reader.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// What became of deliveries: received = counted + duplicate + quarantined.
struct IngestCounts {
  std::int64_t received = 0;
  std::int64_t counted = 0;
  std::int64_t duplicate = 0;    ///< the same key and content was counted before
  std::int64_t quarantined = 0;  ///< kept with a reason, without taking the key

  IngestCounts& operator+=(const IngestCounts& other) {
    received += other.received;
    counted += other.counted;
    duplicate += other.duplicate;
    quarantined += other.quarantined;
    return *this;
  }
  friend bool operator==(const IngestCounts&, const IngestCounts&) = default;
};

/// Is told how many events of how many are done, inside the transaction; the last time before it
/// commits. What it throws takes everything back.
using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Takes the events in as one batch, in one transaction: after it returns, each is on disk and
/// counted, duplicate or quarantined; when it throws, nothing is stored. Each key counts once for
/// ever, whoever delivers it how often:
///   known key, same content         duplicate, even where subject or meter have changed since
///   known key, other content        quarantined
///   no customer, no usable value    quarantined; the key stays free, so that a repaired delivery
///   counts otherwise                       counted for the customer who has the subject when the
///   event occurred
/// Of two deliveries of one key the first in `events` stands. `source` names the batch. Counted
/// usage becomes part of the totals when a cut is closed over the batch (close_cut). Two writers
/// with the same keys wait for each other; keys are taken in one order by all, so they do not
/// deadlock over them. Throws Error for an event that check() refuses.
IngestCounts ingest(store::Connection& connection, const meters::MeterReader& meters,
                    std::string_view source, std::span<const UsageEvent> events,
                    time::Instant received_at, const Progress& progress = {});

}  // namespace reckoner::metering
