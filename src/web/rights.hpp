#pragma once

#include <set>
#include <string>
#include <vector>

#include "accounts/api_keys.hpp"
#include "accounts/sessions.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// What a user of that role may do.
std::set<Right> rights_of(accounts::UserRole role);

/// What an API key may do.
std::set<Right> rights_of(const accounts::ApiKey& key);

Principal principal_of(const accounts::ApiKey& key);
/// While the user has to choose a password, there is the right to do that and no other.
Principal principal_of(const accounts::Session& session);

/// Throws Problem 403 when the caller has not that right.
void demand(const Principal& principal, Right right);

}  // namespace reckoner::web
