#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metering/event.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// An event that could not be counted. It has taken no key: sent again when the reason is gone, it
/// counts.
struct QuarantinedEvent {
  std::string namespace_name;
  std::string source;
  std::string id;
  std::string subject;
  std::string reason;   ///< of the last delivery
  std::string content;  ///< the event as a CloudEvent in structured JSON
  time::Instant first_at;
  time::Instant last_at;
  std::int64_t deliveries = 0;
};

/// The events that are still in quarantine, the one delivered last first; at most `limit`.
std::vector<QuarantinedEvent> list_quarantine(store::Connection& connection, std::int64_t limit);

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

/// Puts deliveries into quarantine, one row for each namespace, key and digest. Runs in the
/// caller's transaction.
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
