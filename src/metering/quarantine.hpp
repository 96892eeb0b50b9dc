#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metering/event.hpp"
#include "meters/meter_reader.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// An event that could not be counted. It has taken no key: sent again when the reason is gone, it
/// counts. Or bytes that are no event at all, named by where they came from.
struct QuarantinedEvent {
  std::string namespace_name;
  std::string source;
  std::string id;  ///< of poison: its position within the source
  std::string subject;
  std::string reason;   ///< of the last delivery
  std::string content;  ///< the event as a CloudEvent in structured JSON; empty where bytes stand
  time::Instant first_at;
  time::Instant last_at;
  std::int64_t deliveries = 0;
  std::string state;                 ///< "open", "replayed" (counted since), "dropped"
  std::optional<std::string> bytes;  ///< of a message that is no event
  EventKey key{};
  EventDigest digest{};    ///< of the content; key and digest name the row within the namespace
  std::string settled_by;  ///< who dropped it last, and why; it may have come back since
  std::optional<time::Instant> settled_at;
  std::string settled_why;
};

/// Names a row.
struct QuarantineId {
  std::string namespace_name;
  EventKey key{};
  EventDigest digest{};
};
QuarantineId id_of(const QuarantinedEvent& event);

/// Which rows; what is empty does not restrict.
struct QuarantineFilter {
  std::string source = {};
  std::string id = {};
  std::string reason = {};     ///< a part of it
  std::string state = "open";  ///< empty: any
  std::string subject = {};
  std::optional<QuarantineId> row = std::nullopt;
};

/// A place in the list: behind the row of that id, which was delivered last at that instant.
struct QuarantinePlace {
  time::Instant last_at;
  QuarantineId id;
};

/// The one delivered last first; at most `limit`, behind that place.
std::vector<QuarantinedEvent> list_quarantine(
    store::Connection& connection, const QuarantineFilter& filter, std::int64_t limit,
    const std::optional<QuarantinePlace>& behind = std::nullopt);

/// The row in any state; none when there is none.
std::optional<QuarantinedEvent> find_quarantined(store::Connection& connection,
                                                 const QuarantineId& id);

/// The events that are still in quarantine.
inline std::vector<QuarantinedEvent> list_quarantine(store::Connection& connection,
                                                     std::int64_t limit) {
  return list_quarantine(connection, {}, limit);
}

/// What became of quarantined rows that were delivered again.
struct Replayed {
  std::int64_t tried = 0;       ///< rows
  std::int64_t counted = 0;     ///< rows that are out of quarantine: counted, or known by now
  std::int64_t refused = 0;     ///< rows that stay, with the reason of now
  std::int64_t unreadable = 0;  ///< bytes that still are no event; no delivery was made of them
  std::vector<QuarantinedEvent> stayed;  ///< the first of those that stay, at most kStayedShown
};
inline constexpr std::size_t kStayedShown = 20;

/// Delivers each open row again through ingest(): one delivery more of each event. What counts now
/// leaves quarantine, the others stay. Bytes are read again as CloudEvents (one, or an array of
/// them); where they can be read, the events are delivered and the bytes leave quarantine. A page
/// of rows is a transaction; stopped in between, it goes on where it was when it is repeated.
/// `progress` is told after each page how many rows were tried.
Replayed replay_quarantine(store::Connection& connection, const meters::MeterReader& meters,
                           const QuarantineFilter& filter, time::Instant now,
                           const std::function<void(std::int64_t)>& progress = {});

/// What became of an event that was delivered instead of one in quarantine.
struct Repaired {
  bool counted = false;    ///< now
  bool duplicate = false;  ///< it was counted before
  std::string reason;      ///< otherwise: why it is refused
};

/// Delivers `event`, in the row's namespace, instead of what stands in an open row. Where it counts
/// or is a duplicate, the row leaves quarantine, settled by whom and why; otherwise nothing is kept
/// of it. In a transaction of its own. Throws Error for an event that is none.
Repaired repair_quarantined(store::Connection& connection, const meters::MeterReader& meters,
                            const QuarantineId& row, UsageEvent event, std::string_view by,
                            std::string_view why, time::Instant now);

/// Gives open rows up: their deliveries count as dropped. Delivered again, such an event comes back
/// as open. Returns how many rows; 0 is no error. Throws Error without a reason.
std::int64_t drop_quarantined(store::Connection& connection, const QuarantineFilter& filter,
                              std::string_view by, std::string_view why, time::Instant now);

/// One delivery: what names it, and its content.
struct Delivery {
  const UsageEvent* event;
  EventKey key;
  EventDigest digest;
};

struct RefusedDelivery {
  Delivery delivery;
  std::string reason;
};

/// Puts deliveries into quarantine, one row for each namespace, key and digest; what was dropped is
/// open again. Runs in the caller's transaction.
void store_quarantine(store::Connection& connection, std::span<const RefusedDelivery> refused,
                      time::Instant received_at);

struct PoisonMessage;
/// The same for bytes that are no event; each is a delivery.
void store_poison(store::Connection& connection, std::span<const PoisonMessage> messages,
                  time::Instant received_at);

/// Says of deliveries that are counted by now that they are no longer in quarantine. Runs in the
/// caller's transaction.
void release_quarantine(store::Connection& connection, std::span<const Delivery> counted);

}  // namespace reckoner::metering
