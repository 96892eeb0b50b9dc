#include "store/migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "support/database.hpp"

namespace reckoner::store {
namespace {

using testing::HasSubstr;

constexpr EmbeddedFile kFirst{"0001_spine.sql",
                              "create table a (id bigint); insert into a values (1);"};
constexpr EmbeddedFile kSecond{"0002_more.sql",
                               "create function f() returns text language plpgsql as"
                               " $$ begin return 'a:b; c'; end $$; insert into a values (2);"};
constexpr EmbeddedFile kBroken{"0002_more.sql", "insert into a values (2); select 1 / 0;"};
constexpr EmbeddedFile kSlow{"0002_more.sql",
                             "insert into a values (2); select pg_sleep(0.5);"
                             "insert into a values (3);"};

class MigrationsTest : public testing::Test {
 protected:
  static std::string fresh_database() {
    static test::TestDatabase database([](Connection&) {});
    return database.fresh();
  }
  std::string rows() {
    return connection_.query({"rows", "select string_agg(id::text, ' ' order by id) from a"})
        .only()
        .text(0);
  }
  std::string message_of(std::span<const EmbeddedFile> files) {
    try {
      migrate(connection_, files);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing thrown";
  }
  std::string conninfo_ = fresh_database();
  Connection connection_{{.conninfo = conninfo_}};
};

TEST_F(MigrationsTest, ApplyInOrderOnce) {
  EXPECT_EQ(pending_migrations(connection_, std::array{kFirst, kSecond}), 2);
  EXPECT_EQ(migrate(connection_, std::array{kFirst}), 1);
  EXPECT_EQ(pending_migrations(connection_, std::array{kFirst, kSecond}), 1);
  EXPECT_EQ(migrate(connection_, std::array{kFirst, kSecond}), 1);
  EXPECT_EQ(migrate(connection_, std::array{kFirst, kSecond}), 0);
  EXPECT_EQ(pending_migrations(connection_, std::array{kFirst, kSecond}), 0);
  EXPECT_EQ(rows(), "1 2");
}

TEST_F(MigrationsTest, AFailureLeavesTheOnesBefore) {
  EXPECT_THAT(message_of(std::array{kFirst, kBroken}), HasSubstr("migration 0002_more.sql"));
  EXPECT_EQ(rows(), "1");
  EXPECT_EQ(migrate(connection_, std::array{kFirst, kSecond}), 1);
  EXPECT_EQ(rows(), "1 2");
}

TEST_F(MigrationsTest, AChangedFileIsRefused) {
  migrate(connection_, std::array{kFirst});
  constexpr EmbeddedFile kChanged{"0001_spine.sql", "create table a (id integer);"};
  EXPECT_EQ(
      message_of(std::array{kChanged, kSecond}),
      "migration 0001_spine.sql of this program is not the 0001_spine.sql that was applied to "
      "the database: its text has changed");
  EXPECT_EQ(rows(), "1");
}

TEST_F(MigrationsTest, ANewerDatabaseIsRefused) {
  migrate(connection_, std::array{kFirst, kSecond});
  EXPECT_THAT(message_of(std::array{kFirst}),
              HasSubstr("the database has migration 0002_more.sql, this program knows 1"));
  EXPECT_THROW(pending_migrations(connection_, std::array{kFirst}), Error);
}

TEST_F(MigrationsTest, AMigrationMayNotEndItsTransaction) {
  EXPECT_THROW(migrate(connection_, std::array{EmbeddedFile{"0001_a.sql", "commit;"}}), Bug);
  EXPECT_THROW(migrate(connection_, std::array{EmbeddedFile{"0002_a.sql", ""}}), Bug);
}

TEST_F(MigrationsTest, SeveralProgramsAtOnce) {
  std::array<int, 3> applied{};
  std::vector<std::thread> threads;
  for (int& count : applied) {
    threads.emplace_back([&count, this] {
      Connection connection({.conninfo = conninfo_});
      count = migrate(connection, std::array{kFirst, kSlow});
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(applied[0] + applied[1] + applied[2], 2);
  EXPECT_EQ(rows(), "1 2 3");
}

TEST_F(MigrationsTest, AKillInTheMiddleLeavesItNotBegun) {
  migrate(connection_, std::array{kFirst});
  const pid_t child = fork();
  if (child == 0) {
    try {
      Connection connection({.conninfo = conninfo_});
      migrate(connection, std::array{kFirst, kSlow});
    } catch (...) {
    }
    _exit(0);
  }
  constexpr Statement kSleeping{
      "sleeping",
      "select count(*) from pg_stat_activity where query like"
      " 'insert into a values (2); select pg_sleep%' and state = 'active'"};
  while (connection_.query(kSleeping).only().int64(0) == 0) {
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(migrate(connection_, std::array{kFirst, kSlow}), 1);
  EXPECT_EQ(rows(), "1 2 3");
}

}  // namespace
}  // namespace reckoner::store
