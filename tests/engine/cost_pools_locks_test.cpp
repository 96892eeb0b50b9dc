// Dividing a pool while batches bill: what the one waits for of the other, and that no share is
// lost.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "engine/cost_pools.hpp"
#include "metering/cut.hpp"
#include "store/open_books.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {
namespace {

using testing::ElementsAre;

config::Files files() {
  config::Files files = test::with_statement_steps(test::with_plans(test::flat_plan("Small", "10")),
                                                   R"(<handler class="PausingHandler"/>)");
  files.content["allocation.xml"] = R"(<allocation xmlns="urn:reckoner:allocation:1">
    <pool name="rent" currency="USD" by="equal"/></allocation>)";
  return files;
}

class CostPoolsLocksTest : public testing::Test {
 protected:
  CostPoolsLocksTest()
      : world({.files = files(),
               .handlers = {test::statement_step("PausingHandler", [this](StatementContext&) {
                 if (pause) pause();
               })}}) {
    for (const char* key : {"a", "b", "c"}) {
      world.customer(key);
      world.subscribe(key, "Small", "2026-10-01");
    }
  }

  void set_amount(std::string_view amount) {
    world.import(accounts::ImportKind::kCostPools,
                 fmt::format("pool,month,amount\nrent,2026-10,{}\n", amount));
  }
  /// As a run does before it is planned, over a connection of its own.
  void divide() {
    auto connection = world.connect();
    const VersionId version = *world.versions().active(connection);
    const auto compiled = world.versions().load(connection, version);
    const std::int64_t cut = metering::close_cut(connection, world.now());
    divide_pools(connection, *compiled, version, {"monthly", world.now(), cut}, world.now(),
                 std::chrono::seconds(30));
  }
  /// Whether a transaction that has written shares waits for the books.
  bool waits_with_its_shares() {
    return world.number(R"(
      select count(*) from pg_locks books
        join pg_locks shares on shares.pid = books.pid
       where books.locktype = 'advisory' and not books.granted and books.mode = 'ExclusiveLock'
         and shares.relation = 'pool_share'::regclass and shares.mode = 'RowExclusiveLock'
         and shares.granted)") > 0;
  }
  template <class Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 400; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
  }
  std::string billed() {
    return world.text(
        "select coalesce(sum(amount), 0)::numeric(20, 2)::text from document_line "
        "where charge = 'allocation-rent'");
  }

  std::function<void()> pause;
  test::BillingWorld world;
};

TEST_F(CostPoolsLocksTest, SharesAreWrittenWhileABatchBills) {
  world.run("2026-11-01T02:00:00Z");
  set_amount("30");
  auto batch = world.connect();
  std::optional<store::Transaction> billing(std::in_place, batch);
  store::OpenBooks::hold(batch);
  std::jthread divider([&] { divide(); });
  EXPECT_TRUE(soon([&] { return waits_with_its_shares(); }))
      << "shares must be there before the books are waited for";
  EXPECT_EQ(world.number("select count(*) from pool_share"), 0) << "nobody sees them yet";
  billing.reset();
  divider.join();
  EXPECT_EQ(world.number("select count(*) from pool_share"), 3);
  EXPECT_EQ(world.number("select count(*) from reopening"), 3);
}

/// The batch has read that there are no shares when the pool is divided, and has not committed.
TEST_F(CostPoolsLocksTest, ABatchThatReadNoSharesBillsThemLater) {
  std::jthread divider;
  std::atomic<bool> waited{false};
  pause = [&] {
    if (divider.joinable()) return;
    set_amount("30");
    divider = std::jthread([&] { divide(); });
    waited = soon([&] { return waits_with_its_shares(); });
  };
  world.run("2026-11-01T02:00:00Z");
  divider.join();
  pause = {};
  EXPECT_TRUE(waited);
  EXPECT_EQ(billed(), "0.00");
  EXPECT_EQ(world.number("select count(*) from reopening"), 3);
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(billed(), "30.00");
  world.expect_books_in_order();
}

TEST_F(CostPoolsLocksTest, OfManyWhoDivideOneDoes) {
  set_amount("100");
  world.set_clock("2026-11-01T02:00:00Z");
  {
    std::vector<std::jthread> dividers;
    for (int i = 0; i < 4; ++i) dividers.emplace_back([&] { divide(); });
  }
  EXPECT_EQ(world.text("select string_agg(amount::numeric(9, 2)::text, ' ' order by customer_id) "
                       "from pool_share"),
            "33.34 33.33 33.33");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(billed(), "100.00");
  EXPECT_EQ(world.number("select count(*) from reopening"), 0);
}

/// Amounts change while runs go on one after another: in the end the last one is billed.
TEST_F(CostPoolsLocksTest, WhateverComesBetweenTheLastAmountIsBilled) {
  set_amount("1");
  world.run("2026-11-01T02:00:00Z");
  std::atomic<bool> done{false};
  std::jthread divider([&] {
    while (!done) divide();
  });
  for (int i = 2; i < 12; ++i) {
    set_amount(std::to_string(i * 10));
    world.run_by_hand({.true_ups = true});
  }
  done = true;
  divider.join();
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(billed(), "110.00");
  world.expect_books_in_order();
}

}  // namespace
}  // namespace reckoner::engine
