#include "delivery/webhook_endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/suggest.hpp"
#include "delivery/webhook_post.hpp"
#include "delivery/webhook_signature.hpp"
#include "domain/event_kind.hpp"

namespace reckoner::delivery {

namespace {

constexpr std::size_t kDescriptionMax = 200;
constexpr std::size_t kNameBytes = 12;

constexpr store::Statement kList{"list webhook endpoints", R"(
  select customer_id, endpoint, url, array_to_string(kinds, ' ') as kinds, description, version, created_at,
         old_until, disabled_at, disabled_why, failing_since, failures, rests_until
    from webhook_endpoint where customer_id = $1 order by created_at, endpoint)"};
constexpr store::Statement kListAll{"list all webhook endpoints", R"(
  select customer_id, endpoint, url, array_to_string(kinds, ' ') as kinds, description, version, created_at,
         old_until, disabled_at, disabled_why, failing_since, failures, rests_until
    from webhook_endpoint order by created_at, endpoint)"};
constexpr store::Statement kFind{"find webhook endpoint", R"(
  select customer_id, endpoint, url, array_to_string(kinds, ' ') as kinds, description, version, created_at,
         old_until, disabled_at, disabled_why, failing_since, failures, rests_until
    from webhook_endpoint where customer_id = $1 and endpoint = $2)"};
constexpr store::Statement kLock{"lock webhook endpoint", R"(
  update webhook_endpoint set version = version where customer_id = $1 and endpoint = $2)"};
constexpr store::Statement kLockOwner{"lock owner of webhook endpoints", R"(
  select pg_advisory_xact_lock(hashtextextended('webhook_endpoint', $1)))"};

constexpr store::Statement kInsert{"insert webhook endpoint", R"(
  insert into webhook_endpoint (customer_id, endpoint, url, kinds, description, secret, created_at)
  values ($1, $2, $3, $4::text[], $5, $6, $7))"};
constexpr store::Statement kEdit{"edit webhook endpoint", R"(
  update webhook_endpoint
     set url = $3, kinds = $4::text[], description = $5, version = version + 1, disabled_at = null,
         disabled_why = '', failing_since = null, failures = 0, rests_until = null
   where customer_id = $1 and endpoint = $2)"};
constexpr store::Statement kRotate{"rotate webhook secret", R"(
  update webhook_endpoint set old_secret = secret, old_until = $4, secret = $3, version = version + 1
   where customer_id = $1 and endpoint = $2)"};
constexpr store::Statement kRemoveDeliveries{"remove webhook deliveries",
                                             "delete from webhook_delivery where endpoint = $1"};
constexpr store::Statement kRemove{
    "remove webhook endpoint",
    "delete from webhook_endpoint where customer_id = $1 and endpoint = $2"};

constexpr store::Statement kDisable{"disable webhook endpoint", R"(
  update webhook_endpoint set disabled_at = $4, disabled_why = $3, version = version + 1
   where customer_id = $1 and endpoint = $2 and disabled_at is null)"};
constexpr store::Statement kGiveUpWaiting{"give up waiting webhooks", R"(
  update webhook_delivery set state = 'dead', last_error = $2
   where endpoint = $1 and state = 'pending')"};

constexpr store::Statement kTellable{"tellable webhook endpoints", R"(
  select customer_id, endpoint, url, array_to_string(kinds, ' ') as kinds, description, version, created_at,
         old_until, disabled_at, disabled_why, failing_since, failures, rests_until, secret,
         case when old_until > $1 then old_secret end as old_secret
    from webhook_endpoint
   where disabled_at is null and (rests_until is null or rests_until <= $1))"};
constexpr store::Statement kSuccess{"note webhook success", R"(
  update webhook_endpoint set failing_since = null, failures = 0, rests_until = null
   where customer_id = $1 and endpoint = $2 and failures > 0)"};
constexpr store::Statement kFailure{"note webhook failure", R"(
  update webhook_endpoint
     set failing_since = coalesce(failing_since, $3), failures = failures + 1, rests_until = $4
   where customer_id = $1 and endpoint = $2)"};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

WebhookEndpoint endpoint_of(const store::Row& row) {
  return {.owner = {row.int64("customer_id")},
          .name = row.text("endpoint"),
          .url = row.text("url"),
          .kinds = words_of(row.text("kinds")),
          .description = row.text("description"),
          .version = row.int64("version"),
          .created_at = row.instant("created_at"),
          .old_secret_until = row.optional_instant("old_until"),
          .disabled_at = row.optional_instant("disabled_at"),
          .disabled_why = row.text("disabled_why"),
          .failing_since = row.optional_instant("failing_since"),
          .failures = row.int64("failures"),
          .rests_until = row.optional_instant("rests_until")};
}

/// A secret opens for its endpoint alone.
std::string purpose_of(CustomerId owner, std::string_view name) {
  return fmt::format("webhook endpoint {} {}", owner.value, name);
}

std::vector<WebhookEndpoint> endpoints_of(const store::Rows& rows) {
  std::vector<WebhookEndpoint> endpoints;
  for (const store::Row& row : rows) endpoints.push_back(endpoint_of(row));
  return endpoints;
}

void check_kind(const std::string& name, CustomerId owner) {
  const domain::EventKind* kind = domain::find_event_kind(name);
  if (kind != nullptr && (owner == kHouse || kind->for_customers)) return;
  std::vector<std::string> known;
  for (const domain::EventKind& one : domain::kEventKinds) {
    if (owner == kHouse || one.for_customers) known.emplace_back(one.name);
  }
  if (kind != nullptr) throw Error(fmt::format("events '{}' are told to the house alone", name));
  throw Error(fmt::format("there is no kind of event '{}'{}; there are {}", name,
                          suggestion(name, known), fmt::join(known, ", ")));
}

}  // namespace

void check_terms(const EndpointTerms& terms, CustomerId owner, bool plain) {
  check_endpoint_url(terms.url, plain);
  if (terms.kinds.empty()) throw Error("an endpoint is told at least one kind of event");
  std::set<std::string> seen;
  for (const std::string& kind : terms.kinds) {
    if (!seen.insert(kind).second) throw Error(fmt::format("'{}' stands there twice", kind));
    if (kind == domain::kAllEvents) {
      if (terms.kinds.size() > 1) throw Error("'*' means all kinds: it stands alone");
      continue;
    }
    check_kind(kind, owner);
  }
  if (terms.description.size() > kDescriptionMax) {
    throw Error(fmt::format("the description has more than {} bytes", kDescriptionMax));
  }
}

NewEndpoint create_endpoint(store::Connection& connection, const Seal& seal, CustomerId owner,
                            const EndpointTerms& terms, time::Instant now) {
  connection.query(kLockOwner, {owner});
  if (connection.query(kList, {owner}).size() >= kEndpointsMax) {
    throw Error(
        fmt::format("there are {} endpoints already, and no more than that", kEndpointsMax));
  }
  const std::string name = "we_" + to_hex(random_bytes(kNameBytes));
  const std::string secret = random_webhook_secret();
  connection.execute(kInsert, {owner, name, terms.url, terms.kinds, terms.description,
                               store::Bytes(seal.close(secret, purpose_of(owner, name))), now});
  return {find_endpoint(connection, owner, name).value(), webhook_secret_text(secret)};
}

std::vector<WebhookEndpoint> list_endpoints(store::Connection& connection, CustomerId owner) {
  return endpoints_of(connection.query(kList, {owner}));
}

std::vector<WebhookEndpoint> list_all_endpoints(store::Connection& connection) {
  return endpoints_of(connection.query(kListAll));
}

std::optional<WebhookEndpoint> find_endpoint(store::Connection& connection, CustomerId owner,
                                             std::string_view name) {
  const auto row = connection.query(kFind, {owner, name}).at_most_one();
  if (!row) return std::nullopt;
  return endpoint_of(*row);
}

std::optional<WebhookEndpoint> lock_endpoint(store::Connection& connection, CustomerId owner,
                                             std::string_view name) {
  if (connection.execute(kLock, {owner, name}) == 0) return std::nullopt;
  return find_endpoint(connection, owner, name);
}

void edit_endpoint(store::Connection& connection, const WebhookEndpoint& endpoint,
                   const EndpointTerms& terms, time::Instant now) {
  connection.execute(kEdit,
                     {endpoint.owner, endpoint.name, terms.url, terms.kinds, terms.description});
  if (!terms.enabled) {
    disable_endpoint(connection, endpoint.owner, endpoint.name,
                     endpoint.disabled_at ? endpoint.disabled_why : "by hand",
                     endpoint.disabled_at.value_or(now));
  }
}

std::string rotate_secret(store::Connection& connection, const Seal& seal,
                          const WebhookEndpoint& endpoint, std::chrono::seconds overlap,
                          time::Instant now) {
  const std::string secret = random_webhook_secret();
  const std::string sealed = seal.close(secret, purpose_of(endpoint.owner, endpoint.name));
  connection.execute(kRotate, {endpoint.owner, endpoint.name, store::Bytes(sealed), now + overlap});
  return webhook_secret_text(secret);
}

void remove_endpoint(store::Connection& connection, const WebhookEndpoint& endpoint) {
  connection.execute(kRemoveDeliveries, {endpoint.name});
  connection.execute(kRemove, {endpoint.owner, endpoint.name});
}

bool disable_endpoint(store::Connection& connection, CustomerId owner, std::string_view name,
                      std::string_view why, time::Instant now) {
  if (connection.execute(kDisable, {owner, name, why, now}) == 0) return false;
  connection.execute(kGiveUpWaiting, {name, fmt::format("the endpoint is disabled: {}", why)});
  return true;
}

std::vector<TellableEndpoint> tellable_endpoints(store::Connection& connection, time::Instant now) {
  std::vector<TellableEndpoint> endpoints;
  for (const store::Row& row : connection.query(kTellable, {now})) {
    TellableEndpoint& endpoint = endpoints.emplace_back();
    endpoint.endpoint = endpoint_of(row);
    endpoint.sealed_secrets.push_back(row.bytes("secret"));
    if (auto old = row.optional_bytes("old_secret")) {
      endpoint.sealed_secrets.push_back(*std::move(old));
    }
  }
  return endpoints;
}

std::vector<std::string> open_secrets(const Seal& seal, const TellableEndpoint& endpoint) {
  std::vector<std::string> secrets;
  const std::string purpose = purpose_of(endpoint.endpoint.owner, endpoint.endpoint.name);
  for (const std::string& sealed : endpoint.sealed_secrets) {
    secrets.push_back(seal.open(sealed, purpose));
  }
  return secrets;
}

void note_success(store::Connection& connection, const WebhookEndpoint& endpoint) {
  connection.execute(kSuccess, {endpoint.owner, endpoint.name});
}

void note_failure(store::Connection& connection, const WebhookEndpoint& endpoint,
                  std::optional<time::Instant> rests_until, time::Instant now) {
  connection.execute(kFailure, {endpoint.owner, endpoint.name, now, rests_until});
}

}  // namespace reckoner::delivery
