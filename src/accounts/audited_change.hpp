#pragma once

#include <functional>
#include <string>

#include "accounts/audit_log.hpp"
#include "accounts/changes.hpp"

namespace reckoner::accounts {

/// Makes a change of the customer of that key and, where it has changed something, records it with
/// what is another about the customer now: `entry` says who, what and over which request. All in
/// the caller's transaction, which encloses that of the change
/// (store::TransactionKind::kEnclosing). `change` is given the customer as it was before, as
/// to_json() has it, and locked. Throws Error where there is no such customer, and what the change
/// throws.
Changed audited(store::Connection& connection, const ChangeRules& rules,
                const std::string& customer, AuditEntry entry,
                const std::function<Changed(const std::string& before)>& change);

/// Of two objects as JSON what differs: members, and of arrays the items that the other has not.
struct Difference {
  std::string before;  ///< empty: nothing
  std::string after;
};
Difference difference_of(const std::string& before, const std::string& after);

}  // namespace reckoner::accounts
