#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/api_keys.hpp"
#include "accounts/users.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"
#include "web/http.hpp"

namespace reckoner::web {

using CustomerNames = std::map<CustomerId, std::string>;
/// The names of those that are there.
CustomerNames customer_names(store::Connection& connection,
                             const std::vector<std::optional<CustomerId>>& customers);

/// {key, name}, or null without a customer.
void write_customer(text::JsonWriter& json, std::optional<CustomerId> customer,
                    std::string_view key, const CustomerNames& names);
void write_user(text::JsonWriter& json, const accounts::User& user, const CustomerNames& names);
void write_key(text::JsonWriter& json, const accounts::ApiKey& key, const CustomerNames& names);

/// Who sends it.
accounts::Actor actor_of(const Request& request);

/// The customer that a list or a new thing is for. Who belongs to a customer gets that one, and 404
/// for any other, as for one that is unknown; the others get the one of that key, or none.
struct CustomerChoice {
  std::optional<CustomerId> customer;
  std::string key;
};
CustomerChoice chosen_customer(store::Connection& connection, const Principal& principal,
                               const std::optional<std::string>& key);

}  // namespace reckoner::web
