#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::delivery {

/// Names a delivery. Ordered as deliveries of one endpoint about one customer are made.
struct DeliveryId {
  CustomerId customer;  ///< whose event it is
  std::string endpoint;
  std::int64_t event = 0;
};

/// What an endpoint is, was or is to be told, as people see it.
struct WebhookDelivery {
  DeliveryId id;
  std::string customer_key;
  std::string message;  ///< webhook-id
  std::string kind;
  time::Instant happened_at;
  std::string body;
  std::string state;  ///< "pending", "sent", "dead"
  std::int64_t attempts = 0;
  std::optional<time::Instant> next_try_at;  ///< of a pending one
  std::optional<time::Instant> sent_at;
  std::optional<std::int64_t> status;  ///< of the last answer
  std::string last_error;
};

struct DeliveryFilter {
  std::string endpoint;
  /// Of this customer alone: for an endpoint of its own. None: of all whom it is told of.
  std::optional<CustomerId> customer = std::nullopt;
  std::optional<std::string> state = std::nullopt;
};

/// Place in the list: the latest event first, then by customer and number.
struct DeliveryPlace {
  time::Instant happened_at;
  CustomerId customer;
  std::int64_t event = 0;
};

/// At most `limit`, behind that place.
std::vector<WebhookDelivery> list_deliveries(store::Connection& connection,
                                             const DeliveryFilter& filter, std::int64_t limit,
                                             const std::optional<DeliveryPlace>& behind = {});
std::optional<WebhookDelivery> find_delivery(store::Connection& connection, const DeliveryId& id);
/// By the webhook-id.
std::optional<WebhookDelivery> find_delivery(store::Connection& connection,
                                             std::string_view endpoint, std::string_view message);

/// Makes a delivery due at once, whatever became of it: the same id and body, tried as long as a
/// new one. Those of the same customer that wait are told behind it.
void resend(store::Connection& connection, const DeliveryId& id, time::Instant now);
/// All of the endpoint that were given up; gives how many.
std::int64_t resend_dead(store::Connection& connection, std::string_view endpoint,
                         time::Instant now);

/// A delivery that was claimed to be made.
struct ClaimedDelivery {
  DeliveryId id;
  std::string message;
  std::string body;
  std::int64_t attempts = 0;  ///< that failed so far
  std::optional<time::Instant> first_try_at;
  time::Instant leased_until;  ///< names the claim: every later statement compares it
};

/// Claims the one that has waited longest for one of the endpoints, until `now + lease`: meanwhile
/// nobody else is given it, and after a crash it is given out again. Of the deliveries of one
/// endpoint about one customer only the first that waits is given out, so that they are made in
/// their order. None when none is due. Outside a transaction.
std::optional<ClaimedDelivery> claim_delivery(store::Connection& connection,
                                              const std::vector<std::string>& endpoints,
                                              time::Instant now, std::chrono::seconds lease);

// What follows is done only while the claim stands; false when it does not any more. `status`: of
// the answer, 0: none.

bool mark_delivered(store::Connection& connection, const ClaimedDelivery& delivery, int status,
                    time::Instant now);
bool mark_undeliverable(store::Connection& connection, const ClaimedDelivery& delivery, int status,
                        std::string_view reason);
bool postpone(store::Connection& connection, const ClaimedDelivery& delivery, int status,
              std::string_view reason, time::Instant next_try_at, time::Instant now);

/// Deletes what was told or given up before that time, and the events that nobody is told any more.
void forget_deliveries(store::Connection& connection, time::Instant before);

}  // namespace reckoner::delivery
