#include "accounts/users.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "accounts/audit_log.hpp"
#include "accounts/user_rows.hpp"
#include "base/password.hpp"
#include "config/value.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kPasswordMin = 12;
constexpr std::size_t kPasswordMax = 1024;
constexpr std::size_t kDifferentSigns = 5;

constexpr store::Statement kFindCustomer{"accounts.find_customer_of_user",
                                         "select customer_id from customer_key where key = $1"};

constexpr store::Statement kInsert{"accounts.insert_user", R"(
  insert into app_user (login, email, role, customer_id, password_hash, one_time_until, created_at,
                        created_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (login) do nothing returning user_id)"};

constexpr store::Statement kChange{"accounts.change_user", R"(
  update app_user
     set role = coalesce($3, role), email = coalesce($4, email), revision = revision + 1,
         disabled_at = case when $5 then coalesce(disabled_at, $6)
                            when not $5 then null else disabled_at end
   where user_id = $1 and ($2::bigint is null or revision = $2))"};

constexpr store::Statement kReset{"accounts.reset_user", R"(
  update app_user
     set password_hash = $2, one_time_until = $3, totp_secret = null, totp_offered = null,
         revision = revision + 1
   where user_id = $1)"};

constexpr store::Statement kEndSessions{"accounts.end_sessions",
                                        "delete from user_session where user_id = $1"};

// $1: of this customer alone; null: all.
constexpr store::Statement kList{"accounts.list_users", R"(
  select u.*, coalesce(c.key, '') as customer_key
    from app_user u left join customer_key c on c.customer_id = u.customer_id
   where ($1::bigint is null or u.customer_id = $1) and u.login collate "C" > $2 collate "C"
   order by u.login collate "C" limit $3)"};

constexpr store::Statement kFind{"accounts.find_user", R"(
  select u.*, coalesce(c.key, '') as customer_key
    from app_user u left join customer_key c on c.customer_id = u.customer_id
   where u.user_id = $1)"};

constexpr store::Statement kFindLogin{"accounts.find_login", R"(
  select u.*, coalesce(c.key, '') as customer_key
    from app_user u left join customer_key c on c.customer_id = u.customer_id
   where u.login = $1)"};

bool is_name_sign(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_name(std::string_view name) {
  const auto is_end = [](char c) { return c != '.' && c != '_' && c != '-'; };
  return !name.empty() && name.size() <= kNameMax &&
         std::all_of(name.begin(), name.end(), is_name_sign) && is_end(name.front()) &&
         is_end(name.back());
}

void check_email(std::string_view email) {
  try {
    config::check_value(config::Kind::kEmail, email);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

void check_kind(UserRole role, bool of_customer) {
  if (is_of_customer(role) == of_customer) return;
  throw UsageError(of_customer
                       ? fmt::format("the role {} is not for a customer's user", to_string(role))
                       : fmt::format("the role {} is for users of a customer", to_string(role)));
}

std::string state_of(const User& user) {
  text::JsonWriter json;
  json.begin_object().key("role").string(to_string(user.role));
  json.key("email").string(user.email).key("disabled").boolean(user.disabled_at.has_value());
  json.key("totp").boolean(user.totp);
  json.key("password_change_needed").boolean(user.one_time_until.has_value()).end_object();
  return json.finish();
}

}  // namespace

User user_of(const store::Row& row) {
  User user;
  user.user_id = row.int64("user_id");
  user.login = row.text("login");
  user.email = row.text("email");
  user.role = parse_user_role(row.text("role"));
  if (const auto id = row.optional_int64("customer_id")) user.customer = CustomerId{*id};
  user.customer_key = row.text("customer_key");
  user.totp = !row.is_null("totp_secret");
  user.one_time_until = row.optional_instant("one_time_until");
  user.disabled_at = row.optional_instant("disabled_at");
  user.last_login_at = row.optional_instant("last_login_at");
  user.created_at = row.instant("created_at");
  user.created_by = row.text("created_by");
  user.revision = row.int64("revision");
  return user;
}

void record_user(store::Connection& connection, std::string_view action, const User* before,
                 const User& after, const Actor& actor, time::Instant now) {
  record(connection,
         {.who = actor.who,
          .action = std::string(action),
          .subject = after.login,
          .customer = after.customer,
          .before = before == nullptr ? "" : state_of(*before),
          .after = state_of(after),
          .request = actor.request},
         now);
}

void end_sessions(store::Connection& connection, std::int64_t user_id) {
  connection.execute(kEndSessions, {user_id});
}

StoredPassword chosen_password(std::string_view password, std::string_view login) {
  if (password.size() < kPasswordMin) {
    throw UsageError(fmt::format("a password has at least {} signs", kPasswordMin));
  }
  if (password.size() > kPasswordMax) {
    throw UsageError(fmt::format("a password has at most {} bytes", kPasswordMax));
  }
  if (std::set<char>(password.begin(), password.end()).size() < kDifferentSigns) {
    throw UsageError(fmt::format("a password has at least {} different signs", kDifferentSigns));
  }
  const std::string_view name = login.substr(0, login.find('@'));
  if (password == login || (name.size() > 3 && password.find(name) != std::string_view::npos)) {
    throw UsageError("a password does not contain the login");
  }
  return {hash_password(password), std::nullopt};
}

OneTimePassword one_time_password(time::Instant valid_until) {
  OneTimePassword made;
  made.text = random_password();
  made.stored = {hash_password(made.text), valid_until};
  return made;
}

std::string login_of(const UserRequest& request) {
  std::string_view name = request.name;
  const std::string ending = request.customer.empty() ? "" : fmt::format("@{}", request.customer);
  if (!ending.empty() && name.ends_with(ending)) name.remove_suffix(ending.size());
  if (!is_name(name)) {
    throw UsageError(fmt::format(
        "a login is made of up to {} lower-case letters, digits, '.', '_' and '-', with a letter "
        "or digit at both ends",
        kNameMax));
  }
  return fmt::format("{}{}", name, ending);
}

User create_user(store::Connection& connection, const UserRequest& request,
                 const StoredPassword& password, const Actor& actor, time::Instant now) {
  const std::string login = login_of(request);
  check_email(request.email);
  check_kind(request.role, !request.customer.empty());
  store::Transaction transaction(connection);
  std::optional<std::int64_t> customer;
  if (!request.customer.empty()) {
    const auto row = connection.query(kFindCustomer, {request.customer}).at_most_one();
    if (!row) throw Error(fmt::format("there is no customer '{}'", request.customer));
    customer = row->int64("customer_id");
  }
  const auto row = connection
                       .query(kInsert, {login, request.email, to_string(request.role), customer,
                                        password.hash, password.one_time_until, now, actor.who})
                       .at_most_one();
  if (!row) throw LoginTaken(fmt::format("there is a user '{}' already", login));
  User user = find_user(connection, row->int64("user_id")).value();
  record_user(connection, "user.create", nullptr, user, actor, now);
  transaction.commit();
  return user;
}

std::optional<User> change_user(store::Connection& connection, std::int64_t user_id,
                                std::optional<std::int64_t> revision, const UserChange& change,
                                const Actor& actor, time::Instant now) {
  if (change.email) check_email(*change.email);
  store::Transaction transaction(connection);
  const auto before = find_user(connection, user_id);
  if (!before) return std::nullopt;
  std::optional<std::string_view> role;
  if (change.role) {
    check_kind(*change.role, before->customer.has_value());
    role = to_string(*change.role);
  }
  if (connection.execute(kChange, {user_id, revision, role, change.email, change.disabled, now}) ==
      0) {
    return std::nullopt;
  }
  User after = find_user(connection, user_id).value();
  if (after.role != before->role || after.disabled_at) end_sessions(connection, user_id);
  record_user(connection, "user.change", &*before, after, actor, now);
  transaction.commit();
  return after;
}

std::optional<User> reset_user(store::Connection& connection, std::int64_t user_id,
                               const StoredPassword& password, const Actor& actor,
                               time::Instant now) {
  store::Transaction transaction(connection);
  if (connection.execute(kReset, {user_id, password.hash, password.one_time_until}) == 0) {
    return std::nullopt;
  }
  end_sessions(connection, user_id);
  User user = find_user(connection, user_id).value();
  record_user(connection, "user.reset", nullptr, user, actor, now);
  transaction.commit();
  return user;
}

std::vector<User> list_users(store::Connection& connection, const UserFilter& filter,
                             std::int64_t limit) {
  std::vector<User> users;
  for (const store::Row& row : connection.query(kList, {filter.customer, filter.after, limit})) {
    users.push_back(user_of(row));
  }
  return users;
}

std::optional<User> find_user(store::Connection& connection, std::int64_t user_id) {
  const auto row = connection.query(kFind, {user_id}).at_most_one();
  return row ? std::optional(user_of(*row)) : std::nullopt;
}

std::optional<User> find_user(store::Connection& connection, std::string_view login) {
  const auto row = connection.query(kFindLogin, {login}).at_most_one();
  return row ? std::optional(user_of(*row)) : std::nullopt;
}

}  // namespace reckoner::accounts
