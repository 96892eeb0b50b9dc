#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// The batch that has waited longest for a cut.
struct UnclaimedBatches {
  std::int64_t count = 0;
  std::optional<std::int64_t> oldest;  ///< its number
  std::string oldest_source;
  std::chrono::seconds age{0};  ///< how long it has waited; 0 when there is none
};
UnclaimedBatches unclaimed_batches(store::Connection& connection, time::Instant now);

/// What became of all deliveries of a namespace: received = counted + duplicate + quarantined +
/// dropped.
struct Deliveries {
  std::string namespace_name;
  std::int64_t received = 0;
  std::int64_t counted = 0;
  std::int64_t duplicate = 0;
  std::int64_t quarantined = 0;  ///< those that were replayed since included
  std::int64_t dropped = 0;
};
/// By namespace. Reads one row a batch and namespace.
std::vector<Deliveries> deliveries_by_namespace(store::Connection& connection);

/// Events that could not be counted and wait for somebody.
std::int64_t open_quarantine(store::Connection& connection);

/// Throws Error, saying what to do, when usage has waited for a cut longer than `lag_max`: whatever
/// should have closed one does not work, and a run would hide it by closing its own.
void require_cut_within(store::Connection& connection, time::Instant now,
                        std::chrono::seconds lag_max);

/// Lines in the text format of Prometheus: what waits for a cut and how long, what is in
/// quarantine, and what became of all deliveries by namespace. Reads one row a batch and namespace.
std::string metering_metrics(store::Connection& connection, time::Instant now);

}  // namespace reckoner::metering
