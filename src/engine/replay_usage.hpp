#pragma once

// Inside of replay: the events of customers as they were known at a cut, measured again.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "meters/meter_reader.hpp"
#include "pricing/charge.hpp"
#include "store/connection.hpp"
#include "store/cursor.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// An event that counts from one cut on, and once it is voided until another.
struct KnownEvent {
  std::int64_t batch = 0;
  std::int32_t seq = 0;
  std::string type;
  std::string subject;
  time::Instant occurred_at;
  std::string data;                      ///< canonical JSON
  std::optional<std::int64_t> cut;       ///< none: in no cut yet
  std::optional<std::int64_t> void_cut;  ///< likewise, of its void
  bool voided = false;

  bool is_known_at(std::int64_t at) const {
    if (!cut || *cut > at) return false;
    return !voided || !void_cut || *void_cut > at;
  }
};

/// The raw events of customers, one customer after the other in the order of their ids. Memory: the
/// events of one customer. Lives within one transaction.
class EventsByCustomer {
 public:
  /// With `customer` only those of that one.
  EventsByCustomer(store::Connection& connection, std::optional<CustomerId> customer);

  /// Its events in the order in which they occurred. Customers are asked for in rising order.
  std::vector<KnownEvent> of(CustomerId customer);

 private:
  bool advance();

  store::Cursor cursor_;
  std::optional<store::Rows> page_;
  std::size_t at_ = 0;
};

/// Which events the meters counted, and which lie in archives.
class UsageReach {
 public:
  explicit UsageReach(store::Connection& connection);

  bool counts(const std::string& meter, const KnownEvent& event) const;
  /// Why the events from that instant on cannot all be read; none: they can.
  std::optional<std::string> missing_from(time::Instant instant) const;

 private:
  struct Reach {
    std::int64_t since_batch = 0;
    std::optional<std::int64_t> until_batch;
    std::optional<time::Instant> computed_from;
  };
  std::map<std::string, Reach, std::less<>> by_meter_;
  std::string last_archived_;  ///< month, "" for none
  std::optional<time::Instant> complete_from_;
};

/// What a metered charge measured in a stretch of time, from the events known at a cut: the
/// quantity, those of all its meters where the model looks at them, and transactions; groups stay
/// empty. Throws Error for figures beyond what a Decimal holds.
pricing::Measure measure_again(const std::vector<KnownEvent>& events, const UsageReach& reach,
                               const meters::MeterReader& reader, const domain::OfMeters& metering,
                               const domain::ChargeModel& model, const time::Period& period,
                               std::int64_t cut);

}  // namespace reckoner::engine
