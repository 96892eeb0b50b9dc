#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "metering/event.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// What names an event for ever.
struct EventName {
  std::string source;
  std::string id;
  std::string namespace_name = "default";
};

/// A counted event as its row of raw_event has it.
struct StoredEvent {
  CustomerId customer;
  std::int64_t batch = 0;
  std::int64_t seq = 0;  ///< place in the batch
  std::string namespace_name;
  std::string source;
  std::string id;
  std::string type;
  std::string subject;
  time::Instant occurred_at;
  std::string data;  ///< canonical JSON
};

/// Of a row that has the columns of raw_event.
StoredEvent stored_event(const store::Row& row);

/// The event of that name, found by its key and batch; none where no such event was counted, or it
/// lies in an archive.
std::optional<StoredEvent> find_stored(store::Connection& connection, const EventName& name);

/// Why find_stored() finds none: unknown, only in quarantine, or in an archive, which is named.
std::string why_not_stored(store::Connection& connection, const EventName& name);

/// Which counted events are shown; what is empty does not restrict.
struct EventFilter {
  std::string namespace_name = {};
  std::string source = {};
  std::string id = {};
  std::string subject = {};
  std::string customer_key = {};
  std::string type = {};
  std::optional<time::Instant> from = std::nullopt;   ///< occurred at or after
  std::optional<time::Instant> until = std::nullopt;  ///< occurred before
};

struct FoundEvent {
  StoredEvent event;
  std::string customer_key;
  time::Instant received_at;
  std::optional<std::int64_t> cut;  ///< none: in no cut yet
  struct Void {
    std::string successor_id;  ///< of the event that stands instead; empty: nothing does
    std::string reason;
    std::string by;
    time::Instant at;
  };
  std::optional<Void> voided;
};

/// Events that occurred last first, at most `limit`. Looks through the events of the time, or goes
/// by the key where source and id are given. Throws Error for a customer who is not there.
std::vector<FoundEvent> find_events(store::Connection& connection, const EventFilter& filter,
                                    std::int64_t limit);

}  // namespace reckoner::metering
