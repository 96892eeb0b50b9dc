#pragma once

#include "accounts/audit_log.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// Adds to the audit log what the request does, in the transaction of the connection: `entry` need
/// not say who, nor over which request.
void record(store::Connection& connection, const Request& request, accounts::AuditEntry entry,
            time::Instant now);

}  // namespace reckoner::web
