#pragma once

#include <string>
#include <vector>

#include "base/id.hpp"
#include "store/connection.hpp"

namespace reckoner::store {

/// Row-level security. Every table with a column `customer_id` has it enabled, with one policy:
/// rows of the customer that the transaction has named (read_for), and an error where it has named
/// none. The reader's role may read such tables and the few shared ones that reckoning needs, and
/// write what a customer's own people set. Owner and writer pass policies by (BYPASSRLS): COPY FROM
/// is refused to everybody else, and a migration that sees no rows would change none in silence.

/// Enables and grants what is missing, as the owner of the tables and after migrations; what is in
/// place costs one query. Nothing where isolation_gap() names a reason.
void settle_isolation(Connection& connection);

/// Why rows of customers are kept apart by statements alone; "" where policies do it. `connection`
/// works in the writer's role, or as the owner. Says what to do about it in one sentence.
std::string isolation_gap(Connection& connection);

/// Names the customer that the rest of the transaction reads for.
void read_for(Connection& connection, CustomerId customer);

/// What the catalogue has against the sentences above, one a table, role or function; empty: all
/// hold. For tests and `doctor`.
std::vector<std::string> isolation_faults(Connection& connection);

}  // namespace reckoner::store
