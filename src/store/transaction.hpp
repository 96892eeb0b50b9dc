#pragma once

#include <memory>

#include "store/connection.hpp"

namespace soci {
class transaction;
}

namespace reckoner::store {

enum class TransactionKind {
  kReadCommitted,
  /// One snapshot of the database, from its first statement on; writes are refused (25006).
  kSnapshotReadOnly,
};

/// A transaction on a connection, which must outlive it, stay where it is and have no other. Rolls
/// back when destroyed without commit(), and is silent then about a connection that was lost.
class Transaction {
 public:
  explicit Transaction(Connection& connection,
                       TransactionKind kind = TransactionKind::kReadCommitted);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Once. Throws DatabaseError when nothing was kept: a deferred constraint, or an earlier error
  /// in this transaction (25P02) that was swallowed; and with connection_lost() when nobody can
  /// tell.
  void commit();
  /// Once, instead of commit().
  void rollback();

 private:
  Connection& connection_;
  std::unique_ptr<soci::transaction> transaction_;
};

}  // namespace reckoner::store
