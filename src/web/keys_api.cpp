#include <fmt/format.h>

#include "accounts/api_keys.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/request_object.hpp"
#include "web/user_json.hpp"
#include "web/users_api.hpp"

namespace reckoner::web {

namespace {

constexpr std::int64_t kLimitMax = 500;
constexpr std::int64_t kLimitDefault = 50;

using accounts::ApiKey;

Response list_keys(const UsersApi& api, const Request& request) {
  const std::int64_t limit = number_parameter(request, "limit", 1, kLimitMax, kLimitDefault);
  std::optional<std::int64_t> below;
  if (const auto cursor = request.parameter("cursor")) {
    below = whole_number(*cursor);
    if (!below) throw Problem(400, "cursor: not one of this list");
  }
  const auto lease = take_connection(api.pool);
  const auto choice = chosen_customer(*lease, request.principal, request.parameter("customer"));
  auto keys =
      accounts::list_api_keys(*lease, {.customer = choice.customer, .below = below}, limit + 1);
  const bool more = static_cast<std::int64_t>(keys.size()) > limit;
  if (more) keys.pop_back();
  std::vector<std::optional<CustomerId>> customers;
  for (const ApiKey& key : keys) customers.push_back(key.customer);
  const CustomerNames names = customer_names(*lease, customers);
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const ApiKey& key : keys) write_key(json, key, names);
  json.end_array().key("next");
  more ? json.string(std::to_string(keys.back().key_id)) : json.null();
  json.end_object();
  return json_response(json);
}

Response create_key(const UsersApi& api, const Request& request) {
  const RequestObject body(request, {"name", "scopes", "customer", "namespace", "expires_at"});
  accounts::ApiKeyRequest wanted;
  wanted.name = body.text("name");
  wanted.scopes = body.texts("scopes");
  wanted.namespace_name = body.optional_text("namespace").value_or("");
  wanted.expires_at = body.optional_instant("expires_at");
  const time::Instant now = api.clock();
  const auto create = [&](store::Connection& connection) {
    wanted.customer =
        chosen_customer(connection, request.principal, body.optional_text("customer")).key;
    const auto made = accounts::create_api_key(connection, wanted, actor_of(request), now);
    text::JsonWriter json;
    json.begin_object().key("key");
    write_key(json, made.key, customer_names(connection, {made.key.customer}));
    json.key("secret").string(made.secret).end_object();
    Response response = json_response(json, 201);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
  };
  return once(api.pool, request, now, create, KeptAnswer::kNotItsBody);
}

Response revoke_key(const UsersApi& api, const Request& request) {
  const std::string& text = request.path_values.at("key");
  const auto lease = take_connection(api.pool);
  const auto id = whole_number(text);
  auto key = id ? accounts::find_api_key_by_id(*lease, *id) : std::nullopt;
  const auto& own = request.principal.customer;
  if (!key || (own && key->customer != own)) {
    throw Problem(404, fmt::format("there is no key '{}'", text));
  }
  if (!key->revoked_at) {
    key = accounts::revoke_api_key(*lease, key->key_id, actor_of(request), api.clock());
    api.authentication.forget_all();
  }
  text::JsonWriter json;
  write_key(json, *key, customer_names(*lease, {key->customer}));
  return json_response(json);
}

}  // namespace

std::vector<Route> key_routes(const UsersApi& api) {
  const auto to = [&api](Response (*endpoint)(const UsersApi&, const Request&)) {
    return [api, endpoint](const Request& request) { return endpoint(api, request); };
  };
  return {
      {"GET", "/api/v1/keys", Right::kSee, to(list_keys)},
      {"POST", "/api/v1/keys", Right::kManage, to(create_key)},
      {"DELETE", "/api/v1/keys/{key}", Right::kManage, to(revoke_key)},
  };
}

}  // namespace reckoner::web
