#include "store/journal_position.hpp"

#include "store/distribution.hpp"
#include "store/open_books.hpp"
#include "store/silence.hpp"
#include "store/transaction.hpp"

namespace reckoner::store {

namespace {

constexpr Statement kPosition{"journal position", "select position from journal_counter"};

constexpr Statement kLock{"lock the books for a position", "select pg_advisory_xact_lock($1)"};

constexpr Statement kRaise{"raise the journal position", R"(
  update journal_counter set position = position + 1 returning position - 1 as closed)"};

}  // namespace

std::int64_t open_journal_position(Connection& connection) {
  return connection.query(kPosition).only().int64("position");
}

std::int64_t close_journal_position(Connection& connection) {
  std::int64_t closed = 0;
  {
    Transaction transaction(connection);
    limit_silence(connection);
    connection.query(kLock, {kBooksLock});
    closed = connection.query(kRaise).only().int64("closed");
    transaction.commit();
  }
  await_second_phases(connection);
  return closed;
}

std::int64_t closed_journal_position(Connection& connection) {
  return open_journal_position(connection) - 1;
}

}  // namespace reckoner::store
