#pragma once

#include <span>

#include "base/embedded.hpp"
#include "store/connection.hpp"

namespace reckoner::store {

/// Brings the database's schema up to date and gives the number of migrations applied. `files` are
/// all the program knows, named 0001_what.sql, 0002_… without a gap, in order. Each runs in one
/// transaction together with its row in `schema_migration`, under an advisory lock: a kill leaves
/// it done or not begun, and several programs may do this at once. Throws Error, changing nothing
/// more, when the database has a migration that is not among the files (a newer program's) or one
/// whose text has changed since; DatabaseError, naming the file, when a migration fails.
int migrate(Connection& connection, std::span<const EmbeddedFile> files);

/// How many of the files are not applied yet; 0 means that migrate() would do nothing. Throws like
/// migrate().
int pending_migrations(Connection& connection, std::span<const EmbeddedFile> files);

}  // namespace reckoner::store
