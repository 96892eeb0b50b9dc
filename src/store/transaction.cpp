#include "store/transaction.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <optional>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/steps.hpp"
#include "store/commit_fate.hpp"

namespace reckoner::store {

namespace {

constexpr std::string_view kBeginReading = "begin isolation level repeatable read, read only";
constexpr std::string_view kBeginSnapshot = "begin isolation level repeatable read";
constexpr std::string_view kBegin = "begin";
constexpr std::string_view kBeginMarked = R"({};
  delete from commit_mark where mark in (
    select mark from commit_mark where number < (select max(number) from commit_mark) - 10000
       for update skip locked);
  insert into commit_mark (mark) values ('{}') returning pg_current_xact_id())";
constexpr std::size_t kMarkBytes = 16;

/// The connection whose transaction, of this thread, encloses those that begin on it.
thread_local const Connection* enclosing = nullptr;

bool encloses(TransactionKind kind) {
  return kind == TransactionKind::kEnclosing || kind == TransactionKind::kEnclosingSnapshot;
}

}  // namespace

Transaction::Transaction(Connection& connection, TransactionKind kind)
    : connection_(connection),
      place_(enclosing == &connection ? Place::kPart
             : encloses(kind)         ? Place::kEnclosing
                                      : Place::kWhole) {
  if (place_ == Place::kPart) {
    RK_CHECK(kind == TransactionKind::kReadCommitted || kind == TransactionKind::kEnclosing);
    connection_.run_plain("begin of a part", "savepoint part");
    return;
  }
  RK_CHECK(!connection_.in_transaction() || !connection_.is_alive());
  RK_CHECK(place_ != Place::kEnclosing || enclosing == nullptr);
  begin(kind);
  if (place_ == Place::kEnclosing) enclosing = &connection_;
}

void Transaction::begin(TransactionKind kind) {
  const bool reads = kind == TransactionKind::kSnapshotReadOnly;
  connection_.reads_only_ = reads;
  std::string begin(reads                                         ? kBeginReading
                    : kind == TransactionKind::kEnclosingSnapshot ? kBeginSnapshot
                                                                  : kBegin);
  if (!reads && connection_.marks_commits_) {
    mark_ = to_hex(random_bytes(kMarkBytes));
    begin = fmt::format(fmt::runtime(kBeginMarked), begin, mark_);
  } else if (!reads) {
    begin += "; select pg_current_xact_id()";
  }
  try {
    xid_ = connection_.run_plain("begin", begin);
  } catch (const DatabaseError&) {
    if (connection_.is_alive() && connection_.in_transaction()) rollback();
    throw;
  }
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    rollback();
  } catch (const DatabaseError& error) {
    log::debug("{}", error.what());  // what is lost is rolled back
  }
}

void Transaction::end() {
  RK_CHECK(open_);
  open_ = false;
  connection_.reads_only_ = false;
  if (place_ == Place::kEnclosing) enclosing = nullptr;
}

void Transaction::commit() {
  RK_CHECK(open_);
  if (PQtransactionStatus(connection_.libpq_) == PQTRANS_INERROR) {
    // PostgreSQL answers such a COMMIT with a silent ROLLBACK.
    throw DatabaseError(
        {.statement = "commit",
         .sqlstate = "25P02",
         .message = "an earlier statement of the transaction failed, nothing is kept",
         .connection_lost = false});
  }
  if (place_ == Place::kPart) {
    end();
    connection_.run_plain("end of a part", "release savepoint part");
    return;
  }
  const steps::Step step("commit");
  end();
  try {
    connection_.run_plain("commit", "commit");
  } catch (const DatabaseError& error) {
    if (!error.connection_lost() || xid_.empty()) throw;
    settle(error);
  }
}

void Transaction::settle(const DatabaseError& lost) {
  std::optional<Connection> renewed;
  const UnansweredCommit commit{xid_, mark_, connection_.lineage(), connection_.backend_pid(),
                                connection_.backend_start()};
  const CommitFate fate = fate_of(commit, connection_.options_, renewed);
  if (fate == CommitFate::kKept) {
    log::debug("{}; transaction {} was kept", lost.what(), xid_);
    renewed->mark_commits(connection_.marks_commits_);
    connection_ = *std::move(renewed);
    return;
  }
  const bool unknown = fate == CommitFate::kUnknown;
  throw DatabaseError(
      {.statement = "commit",
       .sqlstate = unknown ? "08007" : lost.sqlstate(),
       .message = unknown ? fmt::format("{}; whether transaction {} was kept is not known: look "
                                        "before doing it again",
                                        lost.reason(), xid_)
                          : fmt::format("{}; nothing was kept", lost.reason()),
       .connection_lost = true,
       .in_doubt = unknown});
}

void Transaction::rollback() {
  end();
  connection_.run_plain("rollback", place_ == Place::kPart
                                        ? "rollback to savepoint part; release savepoint part"
                                        : "rollback");
}

}  // namespace reckoner::store
