#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace reckoner::store {

/// PostgreSQL refused a statement, or cannot be reached. One line, naming the statement; it never
/// holds the connection string, nor the values of a row (keys that clash are shown).
class DatabaseError : public Error {
 public:
  struct Cause {
    std::string
        statement;  ///< the statement's name; "connect", "begin", "commit", "rollback" for those
    std::string sqlstate;         ///< five characters; 08006 where the server gave none
    std::string message;          ///< the server's, or libpq's
    std::string constraint = {};  ///< the violated constraint's name, or empty
    bool connection_lost = false;
  };
  explicit DatabaseError(Cause cause);

  const std::string& statement() const { return cause_.statement; }
  const std::string& sqlstate() const { return cause_.sqlstate; }
  const std::string& constraint() const { return cause_.constraint; }
  /// The connection is of no further use. When it happened in commit, whether the work was kept is
  /// unknown.
  bool connection_lost() const { return cause_.connection_lost; }
  /// The same transaction, begun anew, may succeed: serialization and deadlock (40001, 40P01), lock
  /// not available (55P03), cancelled or out of time (57014), out of resources (53xxx), shutdown
  /// and crash (57P0x), connection (08xxx). After commit with connection_lost(), repeat only what
  /// has a natural key.
  bool retryable() const;

 private:
  Cause cause_;
};

}  // namespace reckoner::store
