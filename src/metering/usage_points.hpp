#pragma once

#include <cstdint>
#include <vector>

#include "base/id.hpp"
#include "metering/event.hpp"
#include "meters/meter_reader.hpp"
#include "store/connection.hpp"

namespace reckoner::metering {

/// What the events of one batch said to meters that look at more than a fold keeps
/// (domain::is_folded). Refers to the events and values added.
class UsagePoints {
 public:
  /// `seq` is the event's place in its batch. Values of folded meters are left out.
  void add(CustomerId customer, const UsageEvent& event, std::int32_t seq,
           const meters::MeterValue& value);

  /// Writes the rows of usage_point, once.
  void store(store::Connection& connection, std::int64_t batch_id);

 private:
  struct Entry {
    CustomerId customer;
    const UsageEvent* event;
    std::int32_t seq;
    const meters::MeterValue* value;
  };
  std::vector<Entry> entries_;
};

}  // namespace reckoner::metering
