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
    bool in_doubt = false;
  };
  explicit DatabaseError(Cause cause);

  const std::string& statement() const { return cause_.statement; }
  const std::string& sqlstate() const { return cause_.sqlstate; }
  const std::string& constraint() const { return cause_.constraint; }
  /// The connection is of no further use: it broke, or its server takes no writes any more (25006).
  bool connection_lost() const { return cause_.connection_lost; }
  /// It broke in COMMIT, and nobody could tell whether the work was kept: only what has a natural
  /// key may be repeated. Implies connection_lost().
  bool in_doubt() const { return cause_.in_doubt; }
  /// The same transaction, of which nothing was kept, may succeed when it is begun anew:
  /// serialization and deadlock (40001, 40P01), lock not available (55P03), cancelled or out of
  /// time (57014), out of resources (53xxx), shutdown and crash (57P0x), connection (08xxx,
  /// connection_lost()). Never when in_doubt().
  bool retryable() const;

 private:
  Cause cause_;
};

}  // namespace reckoner::store
