#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "metering/event.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// An event that was taken in: counted, or kept in quarantine until it is repaired or dropped.
struct ListedEvent {
  UsageEvent event;
  std::string customer_key;  ///< whose it is; empty: nobody's
  std::string problem;       ///< why it does not count; empty: it counts
  time::Instant received_at;
};

/// Where a list goes on: behind this event.
struct EventCursor {
  time::Instant occurred_at;
  std::string source;
  std::string event_id;
  std::string digest;  ///< of a quarantined one, hexadecimal; empty: it counts
  friend auto operator<=>(const EventCursor&, const EventCursor&) = default;
};

/// Which events are wanted; all that is said must hold.
struct EventFilter {
  std::optional<time::Instant> from = std::nullopt;  ///< occurred at or behind it
  std::optional<time::Instant> to = std::nullopt;    ///< occurred before it
  std::optional<time::Instant> received_from = std::nullopt;
  std::optional<time::Instant> received_to = std::nullopt;
  std::string id_part = {};       ///< somewhere in the id; empty: any
  std::string subject_part = {};  ///< somewhere in the subject; empty: any
  std::optional<std::vector<CustomerId>> customers = std::nullopt;
  std::function<bool(const ListedEvent&)> also = {};  ///< looked at last
};

struct EventPage {
  std::vector<ListedEvent> events;
  std::optional<EventCursor> next;  ///< there may be more behind it
};

/// The newest events by the time they occurred, `limit` at most. Voided ones are not listed, nor
/// what was archived. To be read in one snapshot.
EventPage list_events(store::Connection& connection, const EventFilter& filter,
                      const std::optional<EventCursor>& behind, std::size_t limit);

}  // namespace reckoner::metering
