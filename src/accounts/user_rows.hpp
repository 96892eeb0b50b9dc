#pragma once

// Inside of accounts: what users, sessions and logins share about rows of app_user.

#include "accounts/users.hpp"

namespace reckoner::accounts {

/// Of all columns of app_user, and customer_key.key as customer_key where there is one.
User user_of(const store::Row& row);

/// A row in the audit log of what happened to the user, with what it was and is.
void record_user(store::Connection& connection, std::string_view action, const User* before,
                 const User& after, const Actor& actor, time::Instant now);

/// All of them.
void end_sessions(store::Connection& connection, std::int64_t user_id);

}  // namespace reckoner::accounts
