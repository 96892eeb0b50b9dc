#include "accounts/api_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/audit_log.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/suggest.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"
#include "text/utf8.hpp"

namespace reckoner::accounts {

namespace {

constexpr std::size_t kNameMax = 200;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kPrefixBytes = 4;
constexpr std::string_view kDefaultNamespace = "default";
constexpr std::string_view kCustomerNamespace = "customer:";

constexpr store::Statement kFindCustomer{"accounts.find_customer_of_key",
                                         "select customer_id from customer_key where key = $1"};

constexpr store::Statement kInsert{"accounts.insert_api_key", R"(
  insert into api_key (name, prefix, secret_hash, scopes, namespace, customer_id, created_at,
                       created_by, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning key_id)"};

constexpr store::Statement kList{"accounts.list_api_keys", R"(
  select k.*, to_json(k.scopes)::text as scope_list, coalesce(c.key, '') as customer_key
    from api_key k left join customer_key c on c.customer_id = k.customer_id
   order by k.key_id)"};

// $1: of this customer alone; null: all. $2: below this id; null: all.
constexpr store::Statement kPage{"accounts.page_api_keys", R"(
  select k.*, to_json(k.scopes)::text as scope_list, coalesce(c.key, '') as customer_key
    from api_key k left join customer_key c on c.customer_id = k.customer_id
   where ($1::bigint is null or k.customer_id = $1) and ($2::bigint is null or k.key_id < $2)
   order by k.key_id desc limit $3)"};

constexpr store::Statement kRead{"accounts.read_api_key", R"(
  select k.*, to_json(k.scopes)::text as scope_list, coalesce(c.key, '') as customer_key
    from api_key k left join customer_key c on c.customer_id = k.customer_id
   where k.key_id = $1)"};

constexpr store::Statement kFind{"accounts.find_api_key", R"(
  select k.*, to_json(k.scopes)::text as scope_list, coalesce(c.key, '') as customer_key
    from api_key k left join customer_key c on c.customer_id = k.customer_id
   where k.secret_hash = $1 and k.revoked_at is null
     and (k.expires_at is null or k.expires_at > $2))"};

constexpr store::Statement kRevoke{"accounts.revoke_api_key", R"(
  update api_key set revoked_at = $2, revoked_by = $3 where key_id = $1 and revoked_at is null)"};

void check_label(std::string_view what, std::string_view text) {
  if (text.empty()) throw UsageError(fmt::format("the {} is empty", what));
  if (text.size() > kNameMax) {
    throw UsageError(fmt::format("the {} has more than {} bytes", what, kNameMax));
  }
  if (text::printable(text) != text) {
    throw UsageError(fmt::format("the {} has a control character, or is not UTF-8", what));
  }
}

std::vector<std::string> checked_scopes(std::vector<std::string> scopes) {
  std::sort(scopes.begin(), scopes.end());
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  if (scopes.empty()) throw UsageError("a key needs a scope: ingest, query, see or admin");
  for (const std::string& scope : scopes) {
    const auto& known = api_scopes();
    if (std::find(known.begin(), known.end(), scope) != known.end()) continue;
    throw UsageError(fmt::format("unknown scope '{}'{}", scope, suggestion(scope, known)));
  }
  return scopes;
}

std::string namespace_of(const ApiKeyRequest& request) {
  if (!request.customer.empty()) {
    if (!request.namespace_name.empty()) {
      throw UsageError("a customer's key has the customer's own namespace");
    }
    return customer_namespace(request.customer);
  }
  if (request.namespace_name.empty()) return std::string(kDefaultNamespace);
  check_label("namespace", request.namespace_name);
  if (request.namespace_name.starts_with(kCustomerNamespace)) {
    throw UsageError("a namespace 'customer:…' belongs to keys that are limited to the customer");
  }
  return request.namespace_name;
}

ApiKey key_of(const store::Row& row) {
  ApiKey key;
  key.key_id = row.int64("key_id");
  key.name = row.text("name");
  key.prefix = row.text("prefix");
  const text::Json scopes = text::parse_json(row.text("scope_list"));
  for (const text::Json& scope : scopes.as_array()) key.scopes.push_back(scope.as_string());
  key.namespace_name = row.text("namespace");
  if (const auto id = row.optional_int64("customer_id")) key.customer = CustomerId{*id};
  key.customer_key = row.text("customer_key");
  key.created_at = row.instant("created_at");
  key.created_by = row.text("created_by");
  key.expires_at = row.optional_instant("expires_at");
  key.revoked_at = row.optional_instant("revoked_at");
  key.revoked_by = row.text("revoked_by");
  return key;
}

void record_key(store::Connection& connection, std::string_view action, const ApiKey& key,
                const Actor& actor, time::Instant now) {
  text::JsonWriter json;
  json.begin_object().key("prefix").string(key.prefix).key("scopes").begin_array();
  for (const std::string& scope : key.scopes) json.string(scope);
  json.end_array().key("namespace").string(key.namespace_name).key("expires_at");
  key.expires_at ? json.string(time::to_string(*key.expires_at)) : json.null();
  json.key("revoked").boolean(key.revoked_at.has_value()).end_object();
  record(connection,
         {.who = actor.who,
          .action = std::string(action),
          .subject = fmt::format("key {} '{}'", key.key_id, key.name),
          .customer = key.customer,
          .after = json.finish(),
          .request = actor.request},
         now);
}

}  // namespace

const std::vector<std::string>& api_scopes() {
  static const std::vector<std::string> scopes{"admin", "ingest", "query", "see"};
  return scopes;
}

std::string customer_namespace(std::string_view customer_key) {
  return fmt::format("{}{}", kCustomerNamespace, customer_key);
}

NewApiKey create_api_key(store::Connection& connection, const ApiKeyRequest& request,
                         const Actor& actor, time::Instant now) {
  check_label("name", request.name);
  if (request.expires_at && *request.expires_at <= now) {
    throw UsageError("the key would have expired already");
  }
  store::Transaction transaction(connection);
  NewApiKey made;
  ApiKey& key = made.key;
  key.name = request.name;
  key.scopes = checked_scopes(request.scopes);
  key.namespace_name = namespace_of(request);
  key.customer_key = request.customer;
  key.created_at = now;
  key.created_by = actor.who;
  key.expires_at = request.expires_at;
  if (!request.customer.empty()) {
    if (std::find(key.scopes.begin(), key.scopes.end(), "admin") != key.scopes.end()) {
      throw UsageError("the scope admin is not for a customer's key");
    }
    const auto row = connection.query(kFindCustomer, {request.customer}).at_most_one();
    if (!row) throw Error(fmt::format("there is no customer '{}'", request.customer));
    key.customer = CustomerId{row->int64("customer_id")};
  }
  key.prefix = fmt::format("rk_{}", to_hex(random_bytes(kPrefixBytes)));
  made.secret = fmt::format("{}_{}", key.prefix, to_hex(random_bytes(kSecretBytes)));
  const Sha256 hash = sha256(made.secret);
  std::optional<std::int64_t> customer;
  if (key.customer) customer = key.customer->value;
  key.key_id = connection
                   .query(kInsert, {key.name, key.prefix, store::Bytes(hash), key.scopes,
                                    key.namespace_name, customer, now, actor.who, key.expires_at})
                   .only()
                   .int64("key_id");
  record_key(connection, "key.create", key, actor, now);
  transaction.commit();
  return made;
}

std::vector<ApiKey> list_api_keys(store::Connection& connection) {
  std::vector<ApiKey> keys;
  for (const store::Row& row : connection.query(kList)) keys.push_back(key_of(row));
  return keys;
}

std::vector<ApiKey> list_api_keys(store::Connection& connection, const KeyFilter& filter,
                                  std::int64_t limit) {
  std::vector<ApiKey> keys;
  for (const store::Row& row : connection.query(kPage, {filter.customer, filter.below, limit})) {
    keys.push_back(key_of(row));
  }
  return keys;
}

std::optional<ApiKey> find_api_key_by_id(store::Connection& connection, std::int64_t key_id) {
  const auto row = connection.query(kRead, {key_id}).at_most_one();
  return row ? std::optional(key_of(*row)) : std::nullopt;
}

ApiKey revoke_api_key(store::Connection& connection, std::int64_t key_id, const Actor& actor,
                      time::Instant now) {
  store::Transaction transaction(connection);
  const bool changed = connection.execute(kRevoke, {key_id, now, actor.who}) > 0;
  const auto row = connection.query(kRead, {key_id}).at_most_one();
  if (!row) throw Error(fmt::format("there is no key {}", key_id));
  ApiKey key = key_of(*row);
  if (!changed) {
    throw Error(fmt::format("key {} was revoked on {} by {}", key_id,
                            time::to_string(*key.revoked_at), key.revoked_by));
  }
  record_key(connection, "key.revoke", key, actor, now);
  transaction.commit();
  return key;
}

std::optional<ApiKey> find_api_key(store::Connection& connection, std::string_view secret,
                                   time::Instant now) {
  const Sha256 hash = sha256(secret);
  const auto row = connection.query(kFind, {store::Bytes(hash), now}).at_most_one();
  if (!row) return std::nullopt;
  return key_of(*row);
}

}  // namespace reckoner::accounts
