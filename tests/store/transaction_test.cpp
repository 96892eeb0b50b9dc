#include "store/transaction.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "store/commit_fate.hpp"
#include "store/migrations.hpp"
#include "store/repeat.hpp"
#include "store/schema.hpp"
#include "support/database.hpp"

namespace reckoner::store {
namespace {

using std::chrono::milliseconds;

std::string fresh_database() {
  static test::TestDatabase database([](Connection& connection) {
    migrate(connection, schema::embedded_files());
    connection.run_script({"table", "create table done (what text not null)"});
  });
  return database.fresh();
}

constexpr Statement kDo{"do", "insert into done (what) values ($1)"};
constexpr Statement kCount{"count", "select count(*) as count from done"};
constexpr Statement kXid{"xid", "select pg_current_xact_id()::text as xid"};

std::int64_t count_of(const std::string& conninfo) {
  return Connection({.conninfo = conninfo}).query(kCount).only().int64("count");
}

Connection superuser() {
  return Connection({.conninfo = test::cluster().conninfo(Role::kSuperuser)});
}

/// While this lives, no COMMIT of the cluster is answered: all wait for a standby that is not
/// there. end_waiting() ends the session that waits, which has committed already.
class GhostStandby {
 public:
  GhostStandby() { set("ghost"); }
  ~GhostStandby() { set(""); }

  void end_waiting() {
    constexpr Statement kEnd{"end waiting", R"(
      select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep')"};
    while (connection_.query(kEnd).empty()) std::this_thread::sleep_for(milliseconds(2));
  }

 private:
  void set(std::string_view names) {
    connection_.run_script(
        {"set", "alter system set synchronous_standby_names = '" + std::string(names) + "'"});
    connection_.run_script({"reload", "select pg_reload_conf()"});
    constexpr Statement kIs{"is", R"(
      select 1 where current_setting('synchronous_standby_names') = $1)"};
    while (superuser().query(kIs, {names}).empty()) {
    }
    std::this_thread::sleep_for(milliseconds(20));
  }

  Connection connection_ = superuser();
};

void end_backend(std::int32_t pid) {
  superuser().query({"end", "select pg_terminate_backend($1, 5000)"}, {pid});
}

UnansweredCommit commit_of(Connection& connection, bool marked, bool kept) {
  UnansweredCommit commit{.xid = {},
                          .mark = {},
                          .lineage = connection.lineage(),
                          .backend_pid = connection.backend_pid(),
                          .backend_start = connection.backend_start()};
  if (marked) commit.mark = "0123456789abcdef0123456789abcdef";
  Transaction transaction(connection);
  commit.xid = connection.query(kXid).only().text("xid");
  if (marked) {
    connection.execute({"mark", "insert into commit_mark (mark) values ($1)"}, {commit.mark});
  }
  kept ? transaction.commit() : transaction.rollback();
  return commit;
}

CommitFate ask(const UnansweredCommit& commit, const std::string& conninfo) {
  std::optional<Connection> renewed;
  return fate_of(commit, {.conninfo = conninfo, .commit_patience = milliseconds(300)}, renewed);
}

TEST(Transaction, ReturnsWhenWhatWasCommittedWasNotAnswered) {
  const std::string conninfo = fresh_database();
  Connection connection({.conninfo = conninfo});
  const std::int32_t before = connection.backend_pid();
  {
    Transaction transaction(connection);
    connection.execute(kDo, {"once"});
    std::optional<GhostStandby> ghost(std::in_place);
    std::thread breaker([&] {
      ghost->end_waiting();
      ghost.reset();
    });
    EXPECT_NO_THROW(transaction.commit());
    breaker.join();
  }
  EXPECT_NE(connection.backend_pid(), before);
  EXPECT_EQ(connection.query(kCount).only().int64("count"), 1);
}

TEST(Transaction, SaysThatNothingWasKept) {
  const std::string conninfo = fresh_database();
  Connection connection({.conninfo = conninfo});
  Transaction transaction(connection);
  connection.execute(kDo, {"never"});
  end_backend(connection.backend_pid());
  try {
    transaction.commit();
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.connection_lost());
    EXPECT_TRUE(error.retryable());
    EXPECT_FALSE(error.in_doubt());
    EXPECT_NE(std::string(error.what()).find("nothing was kept"), std::string::npos);
  }
  EXPECT_EQ(count_of(conninfo), 0);
}

TEST(Transaction, IsInDoubtWhenNobodyCanBeAsked) {
  const std::string conninfo = fresh_database();
  std::atomic<bool> away = false;
  Connection connection({.conninfo = conninfo,
                         .before_connect =
                             [&] {
                               if (away) throw StartError("away");
                             },
                         .commit_patience = milliseconds(100)});
  Transaction transaction(connection);
  const std::string xid = connection.query(kXid).only().text("xid");
  end_backend(connection.backend_pid());
  away = true;
  try {
    transaction.commit();
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.in_doubt());
    EXPECT_FALSE(error.retryable());
    EXPECT_NE(std::string(error.what()).find("transaction " + xid), std::string::npos);
  }
}

TEST(CommitFate, IsWhatTheSameServerSays) {
  const std::string conninfo = fresh_database();
  Connection connection({.conninfo = conninfo});
  EXPECT_EQ(ask(commit_of(connection, false, true), conninfo), CommitFate::kKept);
  EXPECT_EQ(ask(commit_of(connection, false, false), conninfo), CommitFate::kNotKept);
  UnansweredCommit future = commit_of(connection, false, true);
  future.xid = "4000000000";
  EXPECT_EQ(ask(future, conninfo), CommitFate::kNotKept);
}

// A server that has crashed, or was promoted, gives numbers again of which nothing had been
// written.
TEST(CommitFate, IsByTheMarkWhereTheServerHasRecoveredSince) {
  const std::string conninfo = fresh_database();
  Connection connection({.conninfo = conninfo});
  const auto elsewhere = [&](UnansweredCommit commit) {
    ++commit.lineage.recovery;
    return ask(commit, conninfo);
  };
  EXPECT_EQ(elsewhere(commit_of(connection, false, true)), CommitFate::kUnknown);
  EXPECT_EQ(elsewhere(commit_of(connection, false, false)), CommitFate::kNotKept);
  EXPECT_EQ(elsewhere(commit_of(connection, true, false)), CommitFate::kNotKept);
  EXPECT_EQ(elsewhere(commit_of(connection, true, true)), CommitFate::kKept);
}

TEST(CommitFate, EndsABackendThatNeverGotTheCommit) {
  const std::string conninfo = fresh_database();
  Connection waiting({.conninfo = conninfo});
  Transaction transaction(waiting);
  waiting.execute(kDo, {"never"});
  const UnansweredCommit commit{.xid = waiting.query(kXid).only().text("xid"),
                                .mark = {},
                                .lineage = waiting.lineage(),
                                .backend_pid = waiting.backend_pid(),
                                .backend_start = waiting.backend_start()};
  std::optional<Connection> renewed;
  // In a role that does not see the session.
  superuser().run_script({"role", "create role onlooker; grant onlooker to reckoner_owner"});
  EXPECT_EQ(fate_of(commit, {.conninfo = conninfo, .role = "onlooker"}, renewed),
            CommitFate::kNotKept);
  EXPECT_TRUE(renewed->is_alive());
  EXPECT_EQ(count_of(conninfo), 0);
}

/// One piece of work that fails in a given way for a number of times, in a transaction.
struct Failing {
  std::string sqlstate;
  int times = 0;
  int tried = 0;

  int operator()(Connection& connection) {
    Transaction transaction(connection);
    connection.execute(kDo, {"work"});
    if (++tried <= times) {
      connection.run_script(
          {"fail", "do $$ begin raise exception using errcode = '" + sqlstate + "'; end $$"});
    }
    transaction.commit();
    return tried;
  }
};

TEST(Repeat, DoesAgainWhatOthersGotInTheWayOf) {
  for (const char* sqlstate : {"40001", "40P01", "55P03", "57014", "53100", "53300"}) {
    const std::string conninfo = fresh_database();
    Pool pool({.conninfo = conninfo}, 1);
    EXPECT_EQ(in_repeats(pool, milliseconds(1000), Twice::kWouldDoubleIt, Failing{sqlstate, 3}), 4);
    EXPECT_EQ(count_of(conninfo), 1) << sqlstate;
  }
}

TEST(Repeat, EndsAfterTenTimesAndAtOnceForWhatStays) {
  Pool pool({.conninfo = fresh_database()}, 1);
  Failing conflict{"40001", 1000};
  EXPECT_THROW(in_repeats(pool, milliseconds(1000), Twice::kIsOnce, std::ref(conflict)),
               DatabaseError);
  EXPECT_EQ(conflict.tried, 10);
  Failing wrong{"23514", 1000};
  EXPECT_THROW(in_repeats(pool, milliseconds(1000), Twice::kIsOnce, std::ref(wrong)),
               DatabaseError);
  EXPECT_EQ(wrong.tried, 1);
}

TEST(Repeat, LeavesWhatIsInDoubtUnlessItIsOnceAnyway) {
  Pool pool({.conninfo = fresh_database()}, 1);
  int tried = 0;
  const auto in_doubt_once = [&](Connection&) {
    if (++tried == 1) {
      throw DatabaseError({.statement = "commit",
                           .sqlstate = "08007",
                           .message = "lost",
                           .connection_lost = true,
                           .in_doubt = true});
    }
    return tried;
  };
  EXPECT_THROW(in_repeats(pool, milliseconds(1000), Twice::kWouldDoubleIt, in_doubt_once),
               DatabaseError);
  tried = 0;
  EXPECT_EQ(in_repeats(pool, milliseconds(1000), Twice::kIsOnce, in_doubt_once), 2);
}

// The whole of it: a change without a key of its own, an answer that is lost, and it is done once.
TEST(Repeat, DoesAChangeOnceWhoseCommitIsNotAnswered) {
  const std::string conninfo = fresh_database();
  Pool pool({.conninfo = conninfo}, 2);
  std::optional<GhostStandby> ghost;
  std::thread breaker;
  int tried = 0;
  in_repeats(pool, milliseconds(1000), Twice::kWouldDoubleIt, [&](Connection& connection) {
    Transaction transaction(connection);
    connection.execute(kDo, {"once"});
    if (++tried == 1) {
      ghost.emplace();
      breaker = std::thread([&] {
        ghost->end_waiting();
        ghost.reset();
      });
    }
    transaction.commit();
  });
  breaker.join();
  EXPECT_EQ(tried, 1);
  EXPECT_EQ(count_of(conninfo), 1);
  EXPECT_EQ(Connection({.conninfo = conninfo})
                .query({"marks", "select count(*) from commit_mark"})
                .only()
                .int64(0),
            1);
}

TEST(EnclosingTransaction, KeepsItsPartsTogether) {
  const std::string conninfo = fresh_database();
  Connection connection({.conninfo = conninfo});
  {
    Transaction whole(connection, TransactionKind::kEnclosing);
    {
      Transaction part(connection);
      connection.execute(kDo, {"first"});
      part.commit();
    }
    EXPECT_EQ(count_of(conninfo), 0) << "committed as a part";
    Transaction part(connection);
    connection.execute(kDo, {"second"});
    part.commit();
    whole.commit();
  }
  EXPECT_EQ(count_of(conninfo), 2);
  Transaction alone(connection);
  connection.execute(kDo, {"third"});
  alone.commit();
  EXPECT_EQ(count_of(conninfo), 3) << "nothing encloses it any more";
}

TEST(EnclosingTransaction, TakesBackWhatAPartKept) {
  const std::string conninfo = fresh_database();
  Connection connection({.conninfo = conninfo});
  {
    const Transaction whole(connection, TransactionKind::kEnclosing);
    Transaction part(connection);
    connection.execute(kDo, {"kept, for now"});
    part.commit();
  }
  EXPECT_EQ(count_of(conninfo), 0);
}

TEST(EnclosingTransaction, MaySeeOneSnapshotAndWhatItWrote) {
  const std::string conninfo = fresh_database();
  Connection connection({.conninfo = conninfo});
  Connection other({.conninfo = conninfo});
  const Transaction whole(connection, TransactionKind::kEnclosingSnapshot);
  EXPECT_EQ(connection.query(kCount).only().int64("count"), 0);
  other.execute(kDo, {"by another"});
  Transaction part(connection);
  connection.execute(kDo, {"by itself"});
  part.commit();
  EXPECT_EQ(connection.query(kCount).only().int64("count"), 1);
}

TEST(EnclosingTransaction, GoesOnWhenAPartFails) {
  const std::string conninfo = fresh_database();
  Connection connection({.conninfo = conninfo});
  Transaction whole(connection, TransactionKind::kEnclosing);
  connection.execute(kDo, {"before"});
  for (int i = 0; i < 2; ++i) {
    const Transaction part(connection);
    connection.execute(kDo, {"taken back"});
    EXPECT_THROW(connection.execute(kDo, {std::nullopt}), DatabaseError);
  }
  {
    Transaction part(connection);
    connection.execute(kDo, {"in a part"});
    {
      Transaction inner(connection);
      connection.execute(kDo, {"in a part of it"});
      inner.rollback();
    }
    part.commit();
  }
  whole.commit();
  EXPECT_EQ(count_of(conninfo), 2);
}

TEST(EnclosingTransaction, HasNoSnapshotForAPart) {
  Connection connection({.conninfo = fresh_database()});
  const Transaction whole(connection, TransactionKind::kEnclosing);
  EXPECT_THROW(Transaction(connection, TransactionKind::kSnapshotReadOnly), Bug);
}

TEST(EnclosingTransaction, OthersEncloseNothing) {
  Connection connection({.conninfo = fresh_database()});
  const Transaction whole(connection);
  EXPECT_THROW(Transaction{connection}, Bug);
}

}  // namespace
}  // namespace reckoner::store
