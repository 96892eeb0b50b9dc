#pragma once

// Inside of metering: an event on its way in.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "metering/event.hpp"
#include "meters/meter_reader.hpp"

namespace reckoner::metering {

/// One delivery of an event, and what becomes of it. `event` outlives it.
struct Arrival {
  enum class Outcome { kOpen, kCounted, kDuplicate, kQuarantined };

  const UsageEvent* event = nullptr;
  EventKey key = {};
  EventDigest digest = {};
  std::string data;              ///< canonical
  meters::MeterReading reading;  ///< by the meters in force; its problem is the reason
  CustomerId customer;           ///< once found
  std::int32_t seq = -1;         ///< place in its batch; below 0 before it has one
  Outcome outcome = Outcome::kOpen;
};

/// Hashes and reads an event: all that needs no database. Throws Error for one that check()
/// refuses.
Arrival arrive(const UsageEvent& event, const meters::MeterReader& reader);
std::vector<Arrival> arrive(std::span<const UsageEvent> events, const meters::MeterReader& reader);

}  // namespace reckoner::metering
