#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/actor.hpp"
#include "base/id.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// A key that lets a program call the API. Its secret is shown once, when it is made; stored is the
/// SHA-256 of it.
struct ApiKey {
  std::int64_t key_id = 0;
  std::string name;
  std::string prefix;                  ///< with it the secret begins: tells keys apart
  std::vector<std::string> scopes;     ///< of api_scopes(), sorted, at least one
  std::string namespace_name;          ///< of the events it sends
  std::optional<CustomerId> customer;  ///< sees and sends only this customer's
  std::string customer_key;            ///< the customer's; empty where it has none
  time::Instant created_at;
  std::string created_by;
  std::optional<time::Instant> expires_at;  ///< refused from then on; none: never
  std::optional<time::Instant> revoked_at;
  std::string revoked_by;
};

/// "admin", "ingest", "query".
const std::vector<std::string>& api_scopes();

/// Of the events that keys and users of a customer send: "customer:KEY".
std::string customer_namespace(std::string_view customer_key);

struct ApiKeyRequest {
  std::string name;                 ///< for people; need not be unique
  std::vector<std::string> scopes;  ///< in any order
  std::string customer;             ///< its key; empty: not limited to a customer
  std::string namespace_name = {};  ///< empty: "default", or "customer:KEY" with a customer
  std::optional<time::Instant> expires_at = std::nullopt;  ///< none: never
};

struct NewApiKey {
  ApiKey key;
  std::string secret;  ///< "rk_<8 signs>_<64 signs>": the only time it can be seen
};

/// Makes a key, with a row in the audit log. Throws UsageError for a name, scope or namespace that
/// cannot be one, for a customer's key with a namespace of its own or the scope admin, for an end
/// that has passed, and Error for an unknown customer.
NewApiKey create_api_key(store::Connection& connection, const ApiKeyRequest& request,
                         const Actor& actor, time::Instant now);

/// All keys, also revoked ones, in the order they were made.
std::vector<ApiKey> list_api_keys(store::Connection& connection);

struct KeyFilter {
  std::optional<CustomerId> customer;  ///< only this customer's
  std::optional<std::int64_t> below;   ///< only smaller ids
};
/// The newest first, at most `limit`.
std::vector<ApiKey> list_api_keys(store::Connection& connection, const KeyFilter& filter,
                                  std::int64_t limit);
std::optional<ApiKey> find_api_key_by_id(store::Connection& connection, std::int64_t key_id);

/// Servers notice within seconds (web/credential_cache.hpp). Gives the key; throws Error when there
/// is none of that number, or it was revoked before.
ApiKey revoke_api_key(store::Connection& connection, std::int64_t key_id, const Actor& actor,
                      time::Instant now);

/// The key of a secret; none when there is none, it was revoked or has expired.
std::optional<ApiKey> find_api_key(store::Connection& connection, std::string_view secret,
                                   time::Instant now);

}  // namespace reckoner::accounts
