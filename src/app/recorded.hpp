#pragma once

#include <string>
#include <utility>

#include "accounts/audit_log.hpp"
#include "app/system.hpp"
#include "store/transaction.hpp"

namespace reckoner::app {

/// Does `work(connection)`, which makes a transaction of its own, and records what it did in the
/// same one: `entry_of(result)` says what, and is asked after the work; who is whoever runs the
/// program.
template <class Work, class EntryOf>
auto recorded(System& system, Work work, EntryOf entry_of) {
  return system.change([&](store::Connection& connection) {
    store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
    auto result = work(connection);
    accounts::AuditEntry entry = entry_of(result);
    entry.who = user_name();
    accounts::record(connection, entry, system.clock()());
    transaction.commit();
    return result;
  });
}

/// Records what was done in transactions of its own.
inline void record(System& system, accounts::AuditEntry entry) {
  entry.who = user_name();
  accounts::record(*system.connection(), entry, system.clock()());
}

}  // namespace reckoner::app
