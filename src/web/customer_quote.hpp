#pragma once

#include "web/customer_session.hpp"

namespace reckoner::web {

/// What would a month of a plan cost: answers a QuoteRequest.
Response quote(CustomerSession& session, const Request& request);

}  // namespace reckoner::web
