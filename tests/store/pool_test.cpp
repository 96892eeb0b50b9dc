#include "store/pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "store/transaction.hpp"
#include "support/database.hpp"

namespace reckoner::store {
namespace {

using std::chrono::milliseconds;

std::string fresh_database() {
  static test::TestDatabase database([](Connection&) {});
  return database.fresh();
}

constexpr Statement kOne{"one", "select 1"};

TEST(Pool, GivesConnectionsBackAndForth) {
  Pool pool({.conninfo = fresh_database()}, 2);
  std::int32_t first = 0;
  {
    const auto lease = pool.take(milliseconds(1000));
    first = lease->backend_pid();
    const auto other = pool.take(milliseconds(1000));
    EXPECT_NE(other->backend_pid(), first);
    try {
      pool.take(milliseconds(20));
      FAIL();
    } catch (const DatabaseError& error) {
      EXPECT_EQ(error.sqlstate(), "53300");
      EXPECT_TRUE(error.retryable());
    }
  }
  EXPECT_EQ(pool.take(milliseconds(1000))->backend_pid(), first);
}

TEST(Pool, WaitsForALeaseToEnd) {
  Pool pool({.conninfo = fresh_database()}, 2);
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 25; ++n) {
        const auto lease = pool.take(milliseconds(10'000));
        done += static_cast<int>(lease->query(kOne).only().int64(0));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 200);
}

TEST(Pool, WhoWaitsLongestIsNext) {
  Pool pool({.conninfo = fresh_database()}, 1);
  auto lease = std::make_optional(pool.take(milliseconds(1000)));
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      const auto mine = pool.take(milliseconds(10'000));
      const std::lock_guard lock(mutex);
      order.push_back(i);
    });
    std::this_thread::sleep_for(milliseconds(50));  // it waits behind those before it
  }
  lease.reset();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5}));
}

TEST(Pool, WhoGivesUpLeavesTheTurnToTheNext) {
  Pool pool({.conninfo = fresh_database()}, 1);
  auto lease = std::make_optional(pool.take(milliseconds(1000)));
  std::thread impatient([&] { EXPECT_THROW(pool.take(milliseconds(100)), DatabaseError); });
  std::this_thread::sleep_for(milliseconds(50));
  std::thread patient([&] { EXPECT_EQ(pool.take(milliseconds(10'000))->query(kOne).size(), 1U); });
  impatient.join();
  lease.reset();
  patient.join();
}

TEST(Pool, ReplacesBrokenConnections) {
  const std::string conninfo = fresh_database();
  Connection other({.conninfo = conninfo});
  Pool pool({.conninfo = conninfo}, 1);
  constexpr Statement kEnd{"end_backend", "select pg_terminate_backend($1, 5000)"};
  {
    const auto lease = pool.take(milliseconds(1000));
    other.query(kEnd, {lease->backend_pid()});
    EXPECT_THROW(lease->query(kOne), DatabaseError);
  }
  std::int32_t idle = 0;
  {
    const auto lease = pool.take(milliseconds(1000));
    lease->query(kOne);
    idle = lease->backend_pid();
  }
  other.query(kEnd, {idle});
  EXPECT_EQ(pool.take(milliseconds(1000))->query(kOne).only().int64(0), 1);
}

TEST(Pool, DropsAConnectionThatIsInATransaction) {
  Pool pool({.conninfo = fresh_database()}, 1);
  pool.take(milliseconds(1000))->run_script({"begin", "begin"});
  EXPECT_FALSE(pool.take(milliseconds(1000))->in_transaction());
}

TEST(Pool, SharesWhatTheServerGives) {
  const std::string conninfo = fresh_database();
  const std::string name = Connection({.conninfo = conninfo})
                               .query({"name", "select current_database()"})
                               .only()
                               .text(0);
  Connection other({.conninfo = test::cluster().conninfo(Role::kSuperuser)});
  other.run_script({"limit", "alter database " + name + " connection limit 1"});
  Pool pool({.conninfo = conninfo}, 4);
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n) {
        done += static_cast<int>(pool.take(milliseconds(10'000))->query(kOne).only().int64(0));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 20);
}

TEST(Pool, DropsConnectionsWhoseServerTakesNoWritesAnyMore) {
  const std::string conninfo = fresh_database();
  Connection({.conninfo = conninfo}).run_script({"table", "create table written (n int)"});
  Pool pool({.conninfo = conninfo}, 1);
  constexpr Statement kWrite{"write", "insert into written values (1)"};
  pool.take(milliseconds(1000))->run_script({"close", "set default_transaction_read_only = on"});
  EXPECT_THROW(pool.take(milliseconds(1000))->execute(kWrite), DatabaseError);
  EXPECT_EQ(pool.take(milliseconds(1000))->execute(kWrite), 1);
}

TEST(Pool, TriesUntilTheDatabaseIsThere) {
  const std::string conninfo = fresh_database();
  const std::string name = Connection({.conninfo = conninfo})
                               .query({"name", "select current_database()"})
                               .only()
                               .text(0);
  Connection other({.conninfo = test::cluster().conninfo(Role::kSuperuser)});
  const auto allow = [&](const char* whether) {
    other.run_script({"allow", "alter database " + name + " allow_connections " + whether});
  };
  allow("false");
  int attempts = 0;
  Pool pool({.conninfo = conninfo}, 1, [&] {
    if (++attempts == 4) allow("true");
  });
  EXPECT_EQ(pool.take(milliseconds(10'000))->query(kOne).only().int64(0), 1);
  EXPECT_EQ(attempts, 4);

  Pool hopeless({.conninfo = "host=/nowhere"}, 1);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(hopeless.take(milliseconds(50)), DatabaseError);
  EXPECT_THROW(hopeless.take(milliseconds(50)), DatabaseError);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(2000));
}

}  // namespace
}  // namespace reckoner::store
