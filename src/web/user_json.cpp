#include "web/user_json.hpp"

#include <fmt/format.h>

namespace reckoner::web {

namespace {

constexpr store::Statement kNames{"list names of customers", R"(
  select customer_id, name from customer where customer_id = any($1::bigint[]))"};

constexpr store::Statement kFind{"api.find_customer_key",
                                 "select customer_id from customer_key where key = $1"};

void write_optional(text::JsonWriter& json, std::string_view name,
                    const std::optional<time::Instant>& instant) {
  json.key(name);
  instant ? json.string(time::to_string(*instant)) : json.null();
}

void write_unless_empty(text::JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  text.empty() ? json.null() : json.string(text);
}

}  // namespace

CustomerNames customer_names(store::Connection& connection,
                             const std::vector<std::optional<CustomerId>>& customers) {
  std::vector<std::int64_t> ids;
  for (const auto& customer : customers) {
    if (customer) ids.push_back(customer->value);
  }
  CustomerNames names;
  if (ids.empty()) return names;
  for (const store::Row& row : connection.query(kNames, {ids})) {
    names.emplace(CustomerId{row.int64("customer_id")}, row.text("name"));
  }
  return names;
}

void write_customer(text::JsonWriter& json, std::optional<CustomerId> customer,
                    std::string_view key, const CustomerNames& names) {
  if (!customer) {
    json.null();
    return;
  }
  const auto name = names.find(*customer);
  json.begin_object().key("key").string(key);
  json.key("name").string(name == names.end() ? std::string(key) : name->second).end_object();
}

void write_user(text::JsonWriter& json, const accounts::User& user, const CustomerNames& names) {
  json.begin_object().key("id").number(user.user_id).key("login").string(user.login);
  write_unless_empty(json, "email", user.email);
  json.key("role").string(accounts::to_string(user.role)).key("customer");
  write_customer(json, user.customer, user.customer_key, names);
  json.key("disabled").boolean(user.disabled_at.has_value());
  json.key("totp").boolean(user.totp);
  json.key("password_change_needed").boolean(user.one_time_until.has_value());
  write_optional(json, "last_login_at", user.last_login_at);
  json.key("created_at").string(time::to_string(user.created_at));
  json.key("created_by").string(user.created_by).end_object();
}

void write_key(text::JsonWriter& json, const accounts::ApiKey& key, const CustomerNames& names) {
  json.begin_object().key("id").number(key.key_id).key("name").string(key.name);
  json.key("prefix").string(key.prefix).key("scopes").begin_array();
  for (const std::string& scope : key.scopes) json.string(scope);
  json.end_array().key("namespace").string(key.namespace_name).key("customer");
  write_customer(json, key.customer, key.customer_key, names);
  json.key("created_at").string(time::to_string(key.created_at));
  json.key("created_by").string(key.created_by);
  write_optional(json, "expires_at", key.expires_at);
  write_optional(json, "revoked_at", key.revoked_at);
  write_unless_empty(json, "revoked_by", key.revoked_by);
  json.end_object();
}

accounts::Actor actor_of(const Request& request) {
  return {request.principal.author(), request.id};
}

CustomerChoice chosen_customer(store::Connection& connection, const Principal& principal,
                               const std::optional<std::string>& key) {
  const auto unknown = [&] { return Problem(404, fmt::format("there is no customer '{}'", *key)); };
  if (principal.customer) {
    if (key && *key != principal.customer_key) throw unknown();
    return {principal.customer, principal.customer_key};
  }
  if (!key) return {};
  const auto row = connection.query(kFind, {*key}).at_most_one();
  if (!row) throw unknown();
  return {CustomerId{row->int64("customer_id")}, *key};
}

}  // namespace reckoner::web
