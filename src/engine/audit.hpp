#pragma once

#include <functional>
#include <string>

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

/// Proves what must hold of everything billed and issued, each claim under its number in
/// docs/verify.md: ledger, documents, series, chains, periods, runs, mails, credits, corrections,
/// and whose rows are whose. Only reads, each table once or twice; within the caller's transaction,
/// which should be a snapshot. Document contents are read in pages, so memory stays bounded. Throws
/// store::DatabaseError, and Error where a configuration version cannot be read.
void audit(store::Connection& connection, Versions& versions, const AuditListener& listener);

}  // namespace reckoner::engine
