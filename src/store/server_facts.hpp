#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/connection.hpp"

namespace reckoner::store {

/// A standby that is connected to the server.
struct Standby {
  std::string name;
  /// "sync", "quorum", "potential", "async"; none where the role may not see it (pg_monitor may).
  std::optional<std::string> sync_state;
};

/// What a server says of itself: what it promises, and what is left of it.
struct ServerFacts {
  std::string version;  ///< "15.8"
  std::int64_t version_number = 0;
  bool fsync = true;
  bool full_page_writes = true;
  std::string synchronous_commit;
  std::string synchronous_standby_names;
  std::vector<Standby> standbys;
  std::string user;                  ///< whose role the session has
  bool superuser = false;            ///< that user, or the one who logged in
  std::optional<std::string> citus;  ///< version of the extension in this database
  std::int64_t connections = 0;
  std::int64_t connections_max = 0;  ///< without those for superusers
  std::int64_t prepared_transactions = 0;
  std::int64_t database_bytes = 0;
};

/// `connection` is in no transaction.
ServerFacts read_server_facts(Connection& connection);

/// Settings under which a server that stops with its machine loses, or spoils, what it has
/// committed: "fsync is off". Empty: none.
std::vector<std::string> dangers_of(const ServerFacts& facts);

/// What makes less sure than one would think that what is committed stays: a commit that waits for
/// no disk, a standby that a failover would lose commits with. One sentence each.
std::vector<std::string> doubts_about(const ServerFacts& facts);

}  // namespace reckoner::store
