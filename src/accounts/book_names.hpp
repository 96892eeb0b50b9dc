#pragma once

#include <string>
#include <string_view>

#include "config/configuration.hpp"

namespace reckoner::accounts {

// What people and programs write for accounts and legal entities, where books are meant.

/// The id of the legal entity: "" of "default". Throws Error for one that there is not.
std::string entity_named(const config::Configuration& active, std::string_view text);

/// The name of the account that has this name or number. Throws Error, with a suggestion, for one
/// that the chart has not.
std::string account_named(const domain::Chart& chart, std::string_view text);

}  // namespace reckoner::accounts
