#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "accounts/sessions.hpp"
#include "base/seal.hpp"
#include "store/pool.hpp"

namespace reckoner::accounts {

/// Proves who somebody is, by password and second factor. No connection is held while a password is
/// computed. What is done leaves a row in the audit log. Everything here throws PasswordsBusy,
/// store::DatabaseError and TotpUnreadable.

enum class LoginRefusal {
  kWrong,       ///< login or password, or the user is disabled, or the one-time password too old
  kCodeNeeded,  ///< the password is right
  kCodeWrong,   ///< the password is right; the code is not, or was taken before
};

/// What logins are made with. Thread-safe if its functions are.
struct LoginMeans {
  std::function<store::Pool::Lease()> connection;
  /// For the secrets of second factors; throws Error when the key cannot be had.
  std::function<Seal()> seal;
  SessionTimes times;
};

struct LoginAttempt {
  std::string login;
  std::string password;
  std::string code;         ///< of the second factor; may be empty
  std::string old_session;  ///< secret of the session that ends by this; may be empty
  std::string request;      ///< X-Request-Id, for the audit log
};

/// The secret of a second factor cannot be read: its key is another, or cannot be had.
class TotpUnreadable : public Error {
  using Error::Error;
};

/// Begins a session under a new secret. Takes as long for an unknown login as for a known one.
/// Passwords that were hashed with other parameters are hashed anew.
std::variant<NewSession, LoginRefusal> log_in(const LoginMeans& means, const LoginAttempt& attempt,
                                              time::Instant now);

/// Whether that is the user's own password.
bool is_password_of(const LoginMeans& means, std::int64_t user_id, std::string_view password);

/// Sets a password that the user chose; all sessions of the user end, and a new one begins.
NewSession choose_password(const LoginMeans& means, std::int64_t user_id,
                           const StoredPassword& password, const Actor& actor, time::Instant now);

/// A second factor to be confirmed: the secret, 160 bits. None where the user has one already.
std::optional<std::string> offer_totp(const LoginMeans& means, std::int64_t user_id);
enum class TotpConfirmation {
  kOn,
  kWrong,
  kNotOffered,  ///< or confirmed before
};
TotpConfirmation confirm_totp(const LoginMeans& means, std::int64_t user_id, std::string_view code,
                              const Actor& actor, time::Instant now);
void remove_totp(const LoginMeans& means, std::int64_t user_id, const Actor& actor,
                 time::Instant now);

}  // namespace reckoner::accounts
