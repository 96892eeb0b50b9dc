#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "store/connection.hpp"

namespace reckoner::store {

enum class CommitFate {
  kKept,
  kNotKept,
  /// The database was not reached in time, or it cannot tell: the transaction left no mark, and the
  /// server has recovered or another one has taken over since, which may have given its number to a
  /// transaction of somebody else.
  kUnknown,
};

/// A COMMIT that was sent, perhaps, and never answered.
struct UnansweredCommit {
  std::string xid;   ///< a full transaction id (xid8)
  std::string mark;  ///< of its row in commit_mark; empty: it has none
  Lineage lineage;   ///< of the server that gave the id
  std::int32_t backend_pid = 0;
  time::Instant backend_start{};
};

/// Asks the database what became of it, over new connections like `options`, until that is decided
/// or options.commit_patience is over. A backend that waits for its client inside the transaction
/// is ended: it never got the COMMIT. One that is at work is waited for. What was kept is waited
/// for until synchronous standbys have it. Where the fate is known, `renewed` is a connection that
/// works.
CommitFate fate_of(const UnansweredCommit& commit, const ConnectionOptions& options,
                   std::optional<Connection>& renewed);

}  // namespace reckoner::store
