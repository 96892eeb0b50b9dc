#include "store/transaction.hpp"

#include "store/session.hpp"

namespace reckoner::store {

Transaction::Transaction(Connection& connection, TransactionKind kind) : connection_(connection) {
  RK_CHECK(!connection_.in_transaction() || !connection_.is_alive());
  connection_.with_session("begin", [&](soci::session& session) {
    transaction_ = std::make_unique<soci::transaction>(session);
    if (kind == TransactionKind::kSnapshotReadOnly) {
      session << "set transaction isolation level repeatable read, read only";
    }
  });
}

// soci::transaction rolls back what has not been ended, and swallows the errors of it.
Transaction::~Transaction() = default;

void Transaction::commit() {
  RK_CHECK(transaction_ != nullptr);
  if (PQtransactionStatus(connection_.libpq_) == PQTRANS_INERROR) {
    // PostgreSQL answers such a COMMIT with a silent ROLLBACK.
    throw DatabaseError(
        {.statement = "commit",
         .sqlstate = "25P02",
         .message = "an earlier statement of the transaction failed, nothing is kept",
         .connection_lost = false});
  }
  connection_.with_session("commit", [&](soci::session&) { transaction_->commit(); });
  transaction_.reset();
}

void Transaction::rollback() {
  RK_CHECK(transaction_ != nullptr);
  connection_.with_session("rollback", [&](soci::session&) { transaction_->rollback(); });
  transaction_.reset();
}

}  // namespace reckoner::store
