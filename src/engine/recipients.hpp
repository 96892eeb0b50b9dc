#pragma once

// Inside of engine: whom documents are for.

#include <map>
#include <vector>

#include "base/id.hpp"
#include "documents/recipient.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// The customers as they are now, each of them once, in one query.
std::map<CustomerId, documents::Recipient> recipients_now(store::Connection& connection,
                                                          const std::vector<CustomerId>& customers);

}  // namespace reckoner::engine
