#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "config/configuration.hpp"
#include "store/check_outcome.hpp"
#include "store/connection.hpp"

namespace reckoner::metering {

/// A claim about what is stored, proved by looking at all of it.
struct ConservationCheck {
  std::string_view name;
  std::string_view invariant;  ///< of docs/verify.md
  std::function<store::CheckOutcome(store::Connection&, const config::Configuration&)> run;
};

/// In the order in which they are told. Each reads only, in one statement or two; within a
/// transaction with a snapshot of its own they speak of one moment:
///   deliveries  per namespace: received = counted + duplicate + quarantined + dropped
///   days        the same per namespace and day of receipt (UTC)
///   batches     each batch has the keys, the raw events (where they are not archived) and the
///               tallies that it says
///   events      each key has one raw event of its content, each raw event its key
///   voids       each void is one of an event there is, and each successor counts
///   cuts        what a batch adds waits for a cut, or is in the totals of one
///   totals      per customer and meter: counted = in totals + voided + passed by filters
///   billed      per customer and meter: in totals = billed + open + not priced, by reason
/// Customers and meters are those of the configuration, which is the active one.
std::span<const ConservationCheck> conservation_checks();

}  // namespace reckoner::metering
