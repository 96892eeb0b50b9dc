#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "base/id.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// Where mails about some customers go in their place: for each whose parent is set to get them,
/// the parent's address, which may be empty (docs/hierarchies.md).
std::map<CustomerId, std::string> addresses_of_mailed_parents(
    store::Connection& connection, std::span<const std::int64_t> customers);

}  // namespace reckoner::engine
