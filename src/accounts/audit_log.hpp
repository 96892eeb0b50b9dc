#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// What somebody did, as it is kept for ever.
struct AuditEntry {
  std::string who = {};  ///< name of the user, key or account; not empty
  std::string action;    ///< "customer.change-plan"; not empty
  std::string subject;   ///< what was changed, for people
  std::optional<CustomerId> customer = std::nullopt;  ///< whose it is; none: no customer's
  std::string before = {};                            ///< JSON, without secrets; empty: nothing
  std::string after = {};                             ///< likewise
  std::string request = {};                           ///< X-Request-Id; empty: not over HTTP
};

/// Adds an entry in the caller's transaction, which should be the one that changes what it tells
/// of. Throws Error for a before or after that is no JSON.
void record(store::Connection& connection, const AuditEntry& entry, time::Instant now);

struct AuditRow {
  std::int64_t number = 0;  ///< rises, with gaps
  time::Instant at;
  AuditEntry entry;
  std::string customer_key;  ///< empty: no customer's
};

/// Which entries; what is empty does not restrict.
struct AuditFilter {
  std::string who = {};
  std::string action = {};    ///< the whole word, or its beginning up to a '.'
  std::string customer = {};  ///< key
  std::optional<time::Instant> from = std::nullopt;
  std::optional<time::Instant> to = std::nullopt;  ///< not included
};

/// The latest first, at most `limit`; with `below`, only entries with smaller numbers.
std::vector<AuditRow> list_audit_log(store::Connection& connection, const AuditFilter& filter,
                                     std::optional<std::int64_t> below, std::int64_t limit);

}  // namespace reckoner::accounts
