#pragma once

#include "accounts/customer_details.hpp"
#include "text/json.hpp"

namespace reckoner::web {

/// The schemas of the API of these names; days are the zone's.
void write_json(text::JsonWriter& json, const accounts::CustomerDetails& details);  ///< Customer
void write_json(text::JsonWriter& json, const time::Zone& zone,
                const accounts::CustomerDetails::KeyedSubscription& keyed);  ///< Subscription
void write_json(text::JsonWriter& json, const domain::AgreedFigure& agreed);
void write_json(text::JsonWriter& json, const domain::Credit& credit);

}  // namespace reckoner::web
