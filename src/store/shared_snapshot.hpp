#pragma once

#include <string>

#include "store/connection.hpp"

namespace reckoner::store {

/// The name of what the connection's snapshot transaction sees, for others to see the same; valid
/// until that transaction ends.
std::string share_snapshot(Connection& connection);

/// Makes the connection's snapshot transaction, which has asked nothing yet, see what
/// share_snapshot named. Where tables are spread over nodes, this holds for what lies at the one
/// that is asked.
void take_snapshot(Connection& connection, const std::string& name);

}  // namespace reckoner::store
