#pragma once

#include <string>

#include "store/connection.hpp"

namespace reckoner::store {

enum class TransactionKind {
  kReadCommitted,
  /// One snapshot of the database, from its first statement on; writes are refused (25006).
  kSnapshotReadOnly,
  /// As kReadCommitted. Transactions that are begun on its connection before it ends, by its
  /// thread, are parts of it: what they commit is kept when this one commits, and what they roll
  /// back leaves the rest as it was. A part has no snapshot of its own.
  kEnclosing,
  /// As kEnclosing, over one snapshot of the database and what it has written itself. To write what
  /// another transaction has changed since the snapshot is refused (40001).
  kEnclosingSnapshot,
};

/// A transaction on a connection, which must outlive it, stay where it is and have no other but the
/// parts of one that is kEnclosing. Rolls back when destroyed without commit(), and is silent then
/// about a connection that was lost. Learns its number (pg_current_xact_id) with BEGIN, in the same
/// round trip.
class Transaction {
 public:
  explicit Transaction(Connection& connection,
                       TransactionKind kind = TransactionKind::kReadCommitted);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Once. When the connection is lost before the answer, asks the database over new connections
  /// what became of the transaction, for at most ConnectionOptions::commit_patience
  /// (store/commit_fate.hpp). Was it kept, then this returns and the connection has been made anew;
  /// was it not, DatabaseError is retryable(); and in_doubt(), naming the transaction, when nobody
  /// can tell. Throws DatabaseError also when nothing was kept for another reason: a deferred
  /// constraint, or an earlier error in this transaction (25P02) that was swallowed.
  void commit();
  /// Once, instead of commit().
  void rollback();

 private:
  enum class Place { kWhole, kEnclosing, kPart };

  void begin(TransactionKind kind);
  void end();
  /// The answer to COMMIT did not come.
  void settle(const DatabaseError& lost);

  Connection& connection_;
  const Place place_;
  std::string xid_;   ///< empty in a read-only one and in a part
  std::string mark_;  ///< of its row in commit_mark; empty: it has none
  bool open_ = true;
};

}  // namespace reckoner::store
