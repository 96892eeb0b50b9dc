#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/actor.hpp"
#include "accounts/user_role.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// Somebody who logs in. The login of a customer's user ends in "@" and the customer's key, so that
/// whether a login is taken tells nothing about other customers.
struct User {
  std::int64_t user_id = 0;
  std::string login;  ///< "anna", "anna@acme"
  std::string email;  ///< may be empty
  UserRole role = UserRole::kTenantViewer;
  std::optional<CustomerId> customer;           ///< sees only this customer's
  std::string customer_key;                     ///< the customer's; empty where there is none
  bool totp = false;                            ///< has a second factor
  std::optional<time::Instant> one_time_until;  ///< has to choose a password, until then
  std::optional<time::Instant> disabled_at;
  std::optional<time::Instant> last_login_at;
  time::Instant created_at;
  std::string created_by;
  std::int64_t revision = 0;  ///< another after each change
};

/// A password as it is stored.
struct StoredPassword {
  std::string hash;                             ///< base/password.hpp
  std::optional<time::Instant> one_time_until;  ///< only good for choosing another until then
};

/// Throws UsageError for a password that is too short or long, has hardly any signs, or says the
/// login, and PasswordsBusy.
StoredPassword chosen_password(std::string_view password, std::string_view login);

struct OneTimePassword {
  std::string text;  ///< to hand on
  StoredPassword stored;
};
/// Throws PasswordsBusy.
OneTimePassword one_time_password(time::Instant valid_until);

struct UserRequest {
  /// The login; of a customer's user its part before "@", which may be there. 1 to 64 lower-case
  /// letters, digits, ".", "_" and "-", with a letter or digit at both ends.
  std::string name;
  UserRole role = UserRole::kTenantViewer;
  std::string customer;  ///< its key; empty for a user of the house
  std::string email;     ///< may be empty
};
/// The login of that request. Throws UsageError for a name that cannot be one.
std::string login_of(const UserRequest& request);

/// Changes leave a row in the audit log, in their transaction.

/// A name that is taken.
class LoginTaken : public Error {
  using Error::Error;
};

/// Throws LoginTaken; UsageError for a name or address that cannot be one, and where role and
/// customer do not fit; Error for an unknown customer.
User create_user(store::Connection& connection, const UserRequest& request,
                 const StoredPassword& password, const Actor& actor, time::Instant now);

/// What is none stays as it is.
struct UserChange {
  std::optional<UserRole> role;
  std::optional<bool> disabled;
  std::optional<std::string> email;
};
/// Ends the user's sessions where the role changes or the user is disabled. None where the user is
/// unknown, or `revision`, where there is one, is another. Throws UsageError for a role of the
/// other kind (is_of_customer) and for an address that cannot be one.
std::optional<User> change_user(store::Connection& connection, std::int64_t user_id,
                                std::optional<std::int64_t> revision, const UserChange& change,
                                const Actor& actor, time::Instant now);

/// Another password for a user who lost it: the second factor and all sessions end. None where the
/// user is unknown.
std::optional<User> reset_user(store::Connection& connection, std::int64_t user_id,
                               const StoredPassword& password, const Actor& actor,
                               time::Instant now);

struct UserFilter {
  std::optional<CustomerId> customer;  ///< only this customer's
  std::string after;                   ///< only logins behind this one
};
/// By login, at most `limit`.
std::vector<User> list_users(store::Connection& connection, const UserFilter& filter,
                             std::int64_t limit);
std::optional<User> find_user(store::Connection& connection, std::int64_t user_id);
std::optional<User> find_user(store::Connection& connection, std::string_view login);

}  // namespace reckoner::accounts
