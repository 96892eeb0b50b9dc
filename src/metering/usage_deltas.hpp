#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "metering/event.hpp"
#include "meters/meter_reader.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"
#include "usage/fold.hpp"

namespace reckoner::metering {

/// What one batch adds to the totals, folded by customer, bucket, meter, subject and dimensions.
/// Refers to the events and values added.
class UsageDeltas {
 public:
  void add(CustomerId customer, const UsageEvent& event, const meters::MeterValue& value);

  /// Writes the rows of usage_delta.
  void store(store::Connection& connection, std::int64_t batch_id) const;

 private:
  struct Key {
    CustomerId customer;
    time::Instant bucket;
    const domain::Meter* meter;
    std::string_view subject;
    std::string_view dimensions;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  std::unordered_map<Key, usage::Fold, Hash> folds_;
  /// Folds whose sum would have got more digits than a Decimal has; their keys go on in folds_. The
  /// database adds them up without a limit, and only who reads such a total finds it too large.
  std::vector<std::pair<Key, usage::Fold>> full_;
};

}  // namespace reckoner::metering
