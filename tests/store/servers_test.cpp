#include "store/servers.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "store/connection.hpp"
#include "store/lineage.hpp"
#include "store/transaction.hpp"
#include "support/database.hpp"

namespace reckoner::store {
namespace {

std::string fresh_database() {
  static test::TestDatabase database([](Connection& connection) {
    connection.run_script({"table", "create table done (what text not null)"});
  });
  return database.fresh();
}

/// The keywords of one server as those of several, with one that is not there first.
std::string with_a_dead_one(const std::string& conninfo) {
  const std::string key = "host='";
  const auto start = conninfo.find(key) + key.size();
  const auto end = conninfo.find('\'', start);
  const std::string host = conninfo.substr(start, end - start);
  return "host='/nowhere," + host + "'" + conninfo.substr(end + 1) + " hostaddr=','";
}

TEST(Servers, OneIsTakenAsItIs) {
  const std::string url = server_url("host=/tmp/a user='o\\'x' dbname=b", "me");
  EXPECT_NE(url.find("host=%2Ftmp%2Fa"), std::string::npos) << url;
  EXPECT_NE(url.find("application_name=me"), std::string::npos) << url;
  EXPECT_NE(url.find("connect_timeout=10"), std::string::npos) << url;
  EXPECT_EQ(url.find("target_session_attrs"), std::string::npos) << url;
  EXPECT_NE(server_url("host=a connect_timeout=3", "me").find("connect_timeout=3"),
            std::string::npos);
  EXPECT_THROW(server_url("nonsense password=secret", "me"), Error);
}

TEST(Servers, TheOneThatTakesWritesIsFound) {
  const std::string several = with_a_dead_one(fresh_database());
  const std::string url = server_url(several, "me");
  EXPECT_NE(url.find("target_session_attrs=read%2Dwrite"), std::string::npos) << url;
  EXPECT_EQ(url.find("nowhere"), std::string::npos) << url;
  Connection connection({.conninfo = several});
  EXPECT_EQ(connection.execute({"do", "insert into done values ('x')"}), 1);
  // Libpq chooses where something else is asked for.
  EXPECT_NE(server_url(several + " target_session_attrs=any", "me").find("nowhere"),
            std::string::npos);
}

TEST(Servers, NoneThatTakesWritesIsAnErrorThatNamesThem) {
  const auto started = std::chrono::steady_clock::now();
  try {
    server_url("host=/nowhere,/neither dbname=x password=secret", "me");
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.retryable());
    const std::string what = error.what();
    EXPECT_NE(what.find("no server takes writes"), std::string::npos) << what;
    EXPECT_NE(what.find("/neither"), std::string::npos) << what;
    EXPECT_EQ(what.find("secret"), std::string::npos) << what;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
}

TEST(Lineage, AServerThatWasReplacedIsRefused) {
  EXPECT_TRUE(note_lineage({.system = "s", .timeline = 3}));
  EXPECT_TRUE(note_lineage({.system = "other", .timeline = 1}));
  EXPECT_TRUE(note_lineage({.system = "s", .timeline = 4}));
  EXPECT_FALSE(note_lineage({.system = "s", .timeline = 3}));
  EXPECT_TRUE(note_lineage({.system = "s", .timeline = 0}));  // in recovery: it writes none
  EXPECT_TRUE(note_lineage({.system = "s", .timeline = 4}));
}

TEST(Connection, KnowsTheLineageOfItsServer) {
  const Connection connection({.conninfo = fresh_database()});
  EXPECT_FALSE(connection.lineage().system.empty());
  EXPECT_EQ(connection.lineage().timeline, 1);
  EXPECT_GT(connection.lineage().recovery, 0);
}

TEST(Connection, IsOfNoUseWhenItsServerTakesNoWritesAnyMore) {
  Connection connection({.conninfo = fresh_database()});
  {
    // What is to write nothing is refused by us, not by the server.
    Transaction reading(connection, TransactionKind::kSnapshotReadOnly);
    EXPECT_THROW(connection.execute({"do", "insert into done values ('x')"}), DatabaseError);
  }
  EXPECT_TRUE(connection.is_alive());
  connection.run_script({"close", "set default_transaction_read_only = on"});
  try {
    Transaction writing(connection);
    connection.execute({"do", "insert into done values ('x')"});
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_EQ(error.sqlstate(), "25006");
    EXPECT_TRUE(error.connection_lost());
    EXPECT_TRUE(error.retryable());
  }
  EXPECT_FALSE(connection.is_alive());
}

}  // namespace
}  // namespace reckoner::store
