#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.hpp"
#include "metering/arrival.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// Whose a subject's events are, by the time of the event. An event's own namespace is asked first,
/// then `default`, where subjects are registered as shipped. Made for one transaction.
class SubjectOwners {
 public:
  explicit SubjectOwners(store::Connection& connection) : connection_(connection) {}

  /// Reads the subjects of the arrivals, all in one query. Refers to the arrivals' events.
  void load(std::span<Arrival* const> arrivals);

  /// The customer who has the event's subject at its time, if any; the subject was loaded. Where
  /// two have it, the one who got it later.
  std::optional<CustomerId> owner(const UsageEvent& event) const;

 private:
  struct Ownership {
    std::string namespace_name;
    time::Instant starts_at;
    std::optional<time::Instant> ends_at;
    CustomerId customer;
  };
  std::optional<CustomerId> owner(const std::vector<Ownership>& ownerships,
                                  std::string_view namespace_name, time::Instant at) const;

  store::Connection& connection_;
  std::unordered_map<std::string_view, std::vector<Ownership>> known_;  ///< latest first
};

}  // namespace reckoner::metering
