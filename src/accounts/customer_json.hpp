#pragma once

#include "accounts/customer_details.hpp"
#include "config/configuration.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

/// The schemas of the API (src/web/openapi.yaml) of these names: Subscription, AgreedFigure,
/// Credit. Days are the zone's.
void write_json(text::JsonWriter& json, const CustomerDetails::KeyedSubscription& keyed,
                const time::Zone& zone, const config::Configuration& active, time::Instant now);
void write_json(text::JsonWriter& json, const domain::AgreedFigure& agreed);
void write_json(text::JsonWriter& json, const domain::Credit& credit);

/// The members address, buyer_reference and purchase_order of an object that is begun.
void write_members(text::JsonWriter& json, const domain::BillingDetails& billing);

/// Schema Customer: the customer with everything it is billed by, and why it is not. Days are the
/// customer's.
void write_json(text::JsonWriter& json, const CustomerDetails& details,
                const config::Configuration& active, time::Instant now);
std::string to_json(const CustomerDetails& details, const config::Configuration& active,
                    time::Instant now);

}  // namespace reckoner::accounts
