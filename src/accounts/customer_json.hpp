#pragma once

#include "accounts/customer_details.hpp"
#include "config/configuration.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

/// The members of a customer with everything it is billed by, into an object that is open: all of
/// schema CustomerDetails but `parked` and `held`. Days are the customer's.
void write_members(text::JsonWriter& json, const CustomerDetails& details,
                   const config::Configuration& active, time::Instant now);

/// The members `parked` and `held`: why the customer is not billed, or null.
void write_standing(text::JsonWriter& json, const CustomerDetails& details);

/// The whole object.
std::string to_json(const CustomerDetails& details, const config::Configuration& active,
                    time::Instant now);

}  // namespace reckoner::accounts
