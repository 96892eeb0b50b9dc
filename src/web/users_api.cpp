#include "web/users_api.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/users.hpp"
#include "base/password.hpp"
#include "web/etag.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/request_object.hpp"
#include "web/rights.hpp"
#include "web/user_json.hpp"

namespace reckoner::web {

namespace {

constexpr std::int64_t kLimitMax = 500;
constexpr std::int64_t kLimitDefault = 50;

using accounts::User;

[[noreturn]] void fail_unknown(const std::string& id) {
  throw Problem(404, fmt::format("there is no user '{}'", id));
}

/// The user that the path names, of the caller's own customer where he belongs to one.
User user_of(store::Connection& connection, const Request& request) {
  const std::string& text = request.path_values.at("user");
  const auto id = whole_number(text);
  const auto user = id ? accounts::find_user(connection, *id) : std::nullopt;
  const auto& own = request.principal.customer;
  if (!user || (own && user->customer != own)) fail_unknown(text);
  return *user;
}

void refuse_oneself(const User& user, const Principal& principal, std::string_view what) {
  if (user.user_id != principal.user_id) return;
  throw Problem(409, fmt::format("nobody {}", what));
}

void refuse_more_rights(accounts::UserRole role, const Principal& principal) {
  for (const Right right : rights_of(role)) {
    // What every user has, and no API key.
    if (right == Right::kSelf || principal.rights.contains(right)) continue;
    throw Problem(403, fmt::format("'{}' cannot give the role {}, which has the right to {}",
                                   principal.name, accounts::to_string(role), to_string(right)));
  }
}

template <class Work>
auto hashing(Work work) {
  try {
    return work();
  } catch (const PasswordsBusy&) {
    throw Problem(503, "too many passwords are made at once: try again").retry_after(1);
  }
}

std::string body_of(store::Connection& connection, const User& user) {
  text::JsonWriter json;
  write_user(json, user, customer_names(connection, {user.customer}));
  return json.finish();
}

std::string tag_of(const User& user) {
  return etag_of(fmt::format("user {} {}", user.user_id, user.revision));
}

Response with_password(store::Connection& connection, const User& user,
                       const accounts::OneTimePassword& password, int status) {
  text::JsonWriter json;
  json.begin_object().key("user");
  write_user(json, user, customer_names(connection, {user.customer}));
  json.key("one_time_password").string(password.text);
  json.key("valid_until").string(time::to_string(*password.stored.one_time_until)).end_object();
  Response response = json_response(json, status);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("ETag", tag_of(user));
  return response;
}

Response list_users(const UsersApi& api, const Request& request) {
  const std::int64_t limit = number_parameter(request, "limit", 1, kLimitMax, kLimitDefault);
  const auto lease = take_connection(api.pool);
  const auto choice = chosen_customer(*lease, request.principal, request.parameter("customer"));
  auto users = accounts::list_users(
      *lease, {.customer = choice.customer, .after = request.parameter("cursor").value_or("")},
      limit + 1);
  const bool more = static_cast<std::int64_t>(users.size()) > limit;
  if (more) users.pop_back();
  std::vector<std::optional<CustomerId>> customers;
  for (const User& user : users) customers.push_back(user.customer);
  const CustomerNames names = customer_names(*lease, customers);
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const User& user : users) write_user(json, user, names);
  json.end_array().key("next");
  more ? json.string(users.back().login) : json.null();
  json.end_object();
  return json_response(json);
}

Response create_user(const UsersApi& api, const Request& request) {
  const RequestObject body(request, {"name", "role", "customer", "email"});
  const time::Instant now = api.clock();
  accounts::UserRequest wanted;
  wanted.name = body.text("name");
  wanted.role = accounts::parse_user_role(body.text("role"));
  wanted.email = body.optional_text("email").value_or("");
  if (wanted.name.find('@') != std::string::npos) {
    throw Problem(400, "name: the part of the login before the '@' alone");
  }
  const auto password = hashing([&] { return accounts::one_time_password(now + api.one_time); });
  const auto create = [&](store::Connection& connection) {
    wanted.customer =
        chosen_customer(connection, request.principal, body.optional_text("customer")).key;
    refuse_more_rights(wanted.role, request.principal);
    try {
      const User user =
          accounts::create_user(connection, wanted, password.stored, actor_of(request), now);
      return with_password(connection, user, password, 201);
    } catch (const accounts::LoginTaken& taken) {
      throw Problem(409, taken.what());
    }
  };
  return once(api.pool, request, now, create, KeptAnswer::kNotItsBody);
}

Response show_user(const UsersApi& api, const Request& request) {
  const auto lease = take_connection(api.pool);
  const User user = user_of(*lease, request);
  return with_etag(request, {200, "application/json", body_of(*lease, user)}, tag_of(user));
}

Response change_user(const UsersApi& api, const Request& request) {
  const RequestObject body(request, {"role", "disabled", "email"});
  accounts::UserChange change;
  if (const auto role = body.optional_text("role")) change.role = accounts::parse_user_role(*role);
  change.disabled = body.optional_boolean("disabled");
  if (body.has("email")) change.email = body.optional_text("email").value_or("");
  const auto lease = take_connection(api.pool);
  const User user = user_of(*lease, request);
  if (change.role || change.disabled) {
    refuse_oneself(user, request.principal, "changes the own role or disables oneself");
  }
  refuse_more_rights(user.role, request.principal);
  if (change.role) refuse_more_rights(*change.role, request.principal);
  require_match(request, tag_of(user));
  const auto changed = accounts::change_user(*lease, user.user_id, user.revision, change,
                                             actor_of(request), api.clock());
  if (!changed) throw Problem(412, "the user is not any more as you have seen it");
  api.authentication.forget_all();
  return with_etag(request, {200, "application/json", body_of(*lease, *changed)}, tag_of(*changed));
}

Response reset_user(const UsersApi& api, const Request& request) {
  const auto password =
      hashing([&] { return accounts::one_time_password(api.clock() + api.one_time); });
  const auto lease = take_connection(api.pool);
  const User user = user_of(*lease, request);
  refuse_oneself(user, request.principal, "gives oneself a one-time password");
  refuse_more_rights(user.role, request.principal);
  const auto reset =
      accounts::reset_user(*lease, user.user_id, password.stored, actor_of(request), api.clock());
  if (!reset) fail_unknown(request.path_values.at("user"));
  api.authentication.forget_all();
  return with_password(*lease, *reset, password, 200);
}

}  // namespace

std::vector<Route> user_routes(const UsersApi& api) {
  const auto to = [&api](Response (*endpoint)(const UsersApi&, const Request&)) {
    return [api, endpoint](const Request& request) { return endpoint(api, request); };
  };
  return {
      {"GET", "/api/v1/users", Right::kSee, to(list_users)},
      {"POST", "/api/v1/users", Right::kManage, to(create_user)},
      {"GET", "/api/v1/users/{user}", Right::kSee, to(show_user)},
      {"PATCH", "/api/v1/users/{user}", Right::kManage, to(change_user)},
      {"POST", "/api/v1/users/{user}/one-time-password", Right::kManage, to(reset_user)},
  };
}

}  // namespace reckoner::web
