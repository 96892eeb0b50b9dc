#pragma once

#include <cstdint>

#include "store/connection.hpp"

namespace reckoner::store {

/// Everything that is booked or issued has a position in the journal: a number from 1 that never
/// changes, shared by whatever was booked between two raises of the counter. Whoever books holds
/// the books open until its COMMIT (OpenBooks::hold), and raising waits for all of them: a closed
/// position gets no further row, whatever was still on its way, so that ranges of closed positions
/// neither miss anything nor overlap.

/// The position of what this transaction books and issues. The transaction holds the books open and
/// is READ COMMITTED.
std::int64_t open_journal_position(Connection& connection);

/// Closes the position that is open, in a transaction of its own, and gives its number. Waits for
/// whoever books at the moment, no longer than a batch takes; who wants to book waits meanwhile.
/// Then all rows at or below it are seen, on all nodes.
std::int64_t close_journal_position(Connection& connection);

/// The last closed position; 0 where none is.
std::int64_t closed_journal_position(Connection& connection);

}  // namespace reckoner::store
