#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "store/check_outcome.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// Who hears of an audit as it goes on.
struct AuditListener {
  std::function<void(const store::CheckOutcome&)> outcome;
  /// Documents looked at so far, of all; throws to end the audit.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

/// One claim, or several that are proved in one go. Only reads, each table once or twice, within
/// the caller's transaction, which should be a snapshot. Throws store::DatabaseError, and Error
/// where a configuration version cannot be read.
struct AuditPart {
  std::function<void(store::Connection&, const AuditListener&)> run;
  bool is_long = false;  ///< to be begun first where parts run beside each other
};

/// What must hold of everything billed and issued, each claim under its number in docs/verify.md:
/// ledger, documents, series, chains, periods, runs, mails, credits, corrections, and whose rows
/// are whose. Parts may run beside each other, on a connection each. Document contents are read in
/// pages, so memory stays bounded. `versions` must outlive them.
std::vector<AuditPart> audit_parts(Versions& versions);

/// Gives the transaction what large sums need of the server's memory.
void make_room_for_audit(store::Connection& connection);

/// All parts, one after the other.
void audit(store::Connection& connection, Versions& versions, const AuditListener& listener);

}  // namespace reckoner::engine
