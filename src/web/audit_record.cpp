#include "web/audit_record.hpp"

namespace reckoner::web {

void record(store::Connection& connection, const Request& request, accounts::AuditEntry entry,
            time::Instant now) {
  entry.who = request.principal.author();
  entry.request = request.id;
  accounts::record(connection, entry, now);
}

}  // namespace reckoner::web
