#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/users.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// How long sessions last.
struct SessionTimes {
  std::chrono::seconds idle{1'800};      ///< without being used
  std::chrono::seconds longest{43'200};  ///< in any case
};

/// A user who has logged in. Who has the secret is the user; stored is the SHA-256 of it.
struct Session {
  std::int64_t session_id = 0;
  User user;
  time::Instant idle_until;  ///< ends then unless it is used before
  time::Instant expires_at;
};

struct NewSession {
  Session session;
  std::string secret;  ///< 256 bits, in hexadecimal: the only time it can be seen
};

/// Throws Error when the user is unknown. Of a user's sessions the newest twenty stay, and of all
/// those that have not ended.
NewSession begin_session(store::Connection& connection, std::int64_t user_id,
                         const SessionTimes& times, time::Instant now);

/// The session of a secret, which counts as used; none when there is none, it has ended, its user
/// is disabled or was to choose a password until before now. That it was used is written once a
/// minute or sixty times in its idle time.
std::optional<Session> use_session(store::Connection& connection, std::string_view secret,
                                   const SessionTimes& times, time::Instant now);

/// No error where it has ended.
void end_session(store::Connection& connection, std::int64_t session_id);
void end_session(store::Connection& connection, std::string_view secret);

}  // namespace reckoner::accounts
