#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "store/connection.hpp"

namespace reckoner::store {

struct Distribution {
  std::vector<std::string> placed;  ///< tables that were placed now, in the order of placements()
  std::int64_t nodes = 0;           ///< machines that hold shards
};

/// Throws Error on a worker of a Citus cluster, whose tables are the coordinator's. Nothing on a
/// plain PostgreSQL.
void require_coordinator(Connection& connection);

/// Lets this session change a schema that is placed, or may be: Citus' own guards against triggers
/// and foreign keys it cannot know to be harmless are off. Nothing on a plain PostgreSQL.
void allow_placed_schema(Connection& connection);

/// Places every table of the schema where placements() says, in one transaction; a kill leaves all
/// or none. Tables that are placed already stay as they are. `shards` counts only the first time.
/// The database gets the settings that its sessions need (docs/citus.md). The connection is to the
/// coordinator, as the owner of the tables and of the database. Throws Error, having changed
/// nothing, where that, the extension or a node is missing, or a node cannot prepare transactions.
Distribution distribute(Connection& connection, int shards);

/// After migrations: where distribute() placed the schema before, places the tables that are new.
/// Nothing elsewhere, a plain PostgreSQL included.
void place_new_tables(Connection& connection);

/// Waits until what was committed before the call is seen on every node. On Citus a transaction is
/// over for the coordinator a moment before its rows are seen on the nodes, and when a node fails
/// in that moment, until it has recovered: who relies on a committed row to find others on the
/// nodes must wait for them. Throws DatabaseError, retryable, after `patience` or when a node
/// cannot be asked. Nothing on a plain PostgreSQL. Statements behind it need a snapshot of their
/// own (READ COMMITTED).
void await_second_phases(Connection& connection,
                         std::chrono::milliseconds patience = std::chrono::seconds(15));

}  // namespace reckoner::store
