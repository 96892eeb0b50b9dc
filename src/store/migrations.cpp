#include "store/migrations.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/hash.hpp"
#include "store/transaction.hpp"

namespace reckoner::store {

namespace {

/// One migration at a time in a database. The number of the lock is never to change.
constexpr Statement kLock{"lock_migrations", "select pg_advisory_xact_lock(5277210814000002)"};
constexpr Statement kFindTable{"find_schema_migration",
                               "select 1 where to_regclass('schema_migration') is not null"};
constexpr Statement kCreateTable{"create_schema_migration",
                                 "create table schema_migration ("
                                 " number integer primary key check (number > 0),"
                                 " name text not null unique,"
                                 " sha256 bytea not null check (length(sha256) = 32),"
                                 " applied_at timestamptz not null default clock_timestamp())"};
constexpr Statement kApplied{"load_schema_migrations",
                             "select number, name, sha256 from schema_migration order by number"};
constexpr Statement kRecord{"keep_schema_migration",
                            "insert into schema_migration (number, name, sha256)"
                            " values ($1, $2, $3)"};

void check_names(std::span<const EmbeddedFile> files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    RK_CHECK(files[i].name.starts_with(fmt::format("{:04}_", i + 1)));
    RK_CHECK(files[i].name.ends_with(".sql"));
  }
}

/// How many migrations are applied, after checking that they are the first of the files.
std::size_t applied_count(Connection& connection, std::span<const EmbeddedFile> files) {
  if (connection.query(kFindTable).empty()) return 0;
  const Rows applied = connection.query(kApplied);
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const std::string name = applied[i].text("name");
    if (i >= files.size()) {
      throw Error(
          fmt::format("the database has migration {}, this program knows {} migrations: "
                      "it needs the newer program that was used on it",
                      name, files.size()));
    }
    RK_CHECK(applied[i].int64("number") == static_cast<std::int64_t>(i + 1));
    const Sha256 hash = sha256(files[i].content);
    if (name != files[i].name || to_hex(applied[i].bytes("sha256")) != to_hex(hash)) {
      throw Error(
          fmt::format("migration {} of this program is not the {} that was applied to the "
                      "database: its text has changed",
                      files[i].name, name));
    }
  }
  return applied.size();
}

void apply(Connection& connection, const EmbeddedFile& file, std::size_t number) {
  try {
    connection.run_script({file.name, file.content});
  } catch (Error& error) {
    error.in(fmt::format("migration {}", file.name));
    throw;
  }
  // A migration that ended its transaction could be left half done.
  RK_CHECK(connection.in_transaction());
  const Sha256 hash = sha256(file.content);
  connection.execute(kRecord, {number, file.name, Bytes(hash)});
}

}  // namespace

int migrate(Connection& connection, std::span<const EmbeddedFile> files) {
  check_names(files);
  for (int done = 0;; ++done) {
    Transaction transaction(connection);
    connection.query(kLock);
    const std::size_t applied = applied_count(connection, files);
    if (applied == files.size()) return done;
    if (applied == 0 && connection.query(kFindTable).empty()) connection.execute(kCreateTable);
    apply(connection, files[applied], applied + 1);
    transaction.commit();
  }
}

int pending_migrations(Connection& connection, std::span<const EmbeddedFile> files) {
  check_names(files);
  return static_cast<int>(files.size() - applied_count(connection, files));
}

}  // namespace reckoner::store
