#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/seal.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::delivery {

/// Whose endpoints those of the house are: they are told of all customers.
inline constexpr CustomerId kHouse{0};
inline constexpr std::size_t kEndpointsMax = 20;  ///< of one customer, and of the house

/// Somebody who is told (docs/webhooks.md), without the secrets.
struct WebhookEndpoint {
  CustomerId owner;  ///< kHouse, or the customer whose events it is told of
  std::string name;  ///< "we_" and 24 letters and digits
  std::string url;
  std::vector<std::string> kinds;  ///< of domain::kEventKinds, or "*" alone
  std::string description;
  std::int64_t version = 0;  ///< raised by each edit
  time::Instant created_at;
  std::optional<time::Instant> old_secret_until;  ///< signs beside the present one until then
  std::optional<time::Instant> disabled_at;
  std::string disabled_why;
  std::optional<time::Instant> failing_since;
  std::int64_t failures = 0;  ///< since then
  std::optional<time::Instant> rests_until;
};

/// What people decide about an endpoint.
struct EndpointTerms {
  std::string url;
  std::vector<std::string> kinds;
  std::string description = {};
  bool enabled = true;
};

/// Throws Error for terms that cannot be: the URL (`plain`: whether http:// may be one), kinds that
/// do not exist or are not for the owner, a description of more than 200 bytes.
void check_terms(const EndpointTerms& terms, CustomerId owner, bool plain);

struct NewEndpoint {
  WebhookEndpoint endpoint;
  std::string secret;  ///< "whsec_…": it cannot be read again
};

// All within the caller's transaction.

/// With terms that are checked; it is enabled. Throws Error for one too many.
NewEndpoint create_endpoint(store::Connection& connection, const Seal& seal, CustomerId owner,
                            const EndpointTerms& terms, time::Instant now);
/// By the time they were made.
std::vector<WebhookEndpoint> list_endpoints(store::Connection& connection, CustomerId owner);
std::vector<WebhookEndpoint> list_all_endpoints(store::Connection& connection);
std::optional<WebhookEndpoint> find_endpoint(store::Connection& connection, CustomerId owner,
                                             std::string_view name);
/// The same, and locks it against other writers.
std::optional<WebhookEndpoint> lock_endpoint(store::Connection& connection, CustomerId owner,
                                             std::string_view name);
/// With terms that are checked. One that is enabled again begins afresh; one that is disabled keeps
/// what it has not been told as dead deliveries.
void edit_endpoint(store::Connection& connection, const WebhookEndpoint& endpoint,
                   const EndpointTerms& terms, time::Instant now);
/// Another secret, "whsec_…"; the present one signs beside it until `overlap` is over, an older one
/// no more.
std::string rotate_secret(store::Connection& connection, const Seal& seal,
                          const WebhookEndpoint& endpoint, std::chrono::seconds overlap,
                          time::Instant now);
/// With its deliveries.
void remove_endpoint(store::Connection& connection, const WebhookEndpoint& endpoint);

/// Tells it nothing more, for the reason, and gives up what waits; false when it was disabled
/// already.
bool disable_endpoint(store::Connection& connection, CustomerId owner, std::string_view name,
                      std::string_view why, time::Instant now);

/// An endpoint as a sender needs it.
struct TellableEndpoint {
  WebhookEndpoint endpoint;
  std::vector<std::string> sealed_secrets;  ///< the present one, then an old one that still signs
};
/// Those that are enabled and do not rest now.
std::vector<TellableEndpoint> tellable_endpoints(store::Connection& connection, time::Instant now);
/// Throws Error where the secrets were sealed with another key.
std::vector<std::string> open_secrets(const Seal& seal, const TellableEndpoint& endpoint);

/// Notes that it took something, or did not; it rests until then.
void note_success(store::Connection& connection, const WebhookEndpoint& endpoint);
void note_failure(store::Connection& connection, const WebhookEndpoint& endpoint,
                  std::optional<time::Instant> rests_until, time::Instant now);

}  // namespace reckoner::delivery
