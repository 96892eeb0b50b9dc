#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
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
class UsageDeltas {
 public:
  void add(CustomerId customer, const UsageEvent& event, const meters::MeterValue& value);

  /// Writes the rows of usage_delta.
  void store(store::Connection& connection, std::int64_t batch_id) const;

 private:
  /// customer, bucket, meter, subject, dimensions
  using Key = std::tuple<CustomerId, time::Instant, std::string, std::string, std::string>;

  std::map<Key, usage::Fold> folds_;
  /// Folds whose sum would have got more digits than a Decimal has; their keys go on in folds_. The
  /// database adds them up without a limit, and only who reads such a total finds it too large.
  std::vector<std::pair<Key, usage::Fold>> full_;
};

}  // namespace reckoner::metering
