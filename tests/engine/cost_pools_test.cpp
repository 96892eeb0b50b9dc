// Cost pools on a real database: golden figures, late amounts, late usage, parked customers.

#include "engine/cost_pools.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <map>
#include <random>
#include <set>

#include "accounts/pool_amounts.hpp"
#include "engine/pool_report.hpp"
#include "engine/recompute_periods.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::all_lines;
using test::charged;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Plans with a fee, and the allocation.
config::Files files_with(std::string_view allocation) {
  config::Files files =
      test::with_plans(test::flat_plan("Large", "17325") + test::flat_plan("Small", "4175"));
  files.content["allocation.xml"] =
      fmt::format(R"(<allocation xmlns="urn:reckoner:allocation:1">{}</allocation>)", allocation);
  return files;
}

constexpr std::string_view kFormula = R"(
  <pool name="platform" title="Platform" currency="USD" by="formula">
    <part meter="cartridge" weight="0.40"/>
    <part meter="bandwidth" weight="0.35"/>
    <part meter="storage" weight="0.25"/>
  </pool>)";

class PoolWorld {
 public:
  explicit PoolWorld(test::BillingWorld& world) : world_(world) {}

  void set(std::string_view pool, std::string_view month, std::string_view amount) {
    world_.import(accounts::ImportKind::kCostPools,
                  fmt::format("pool,month,amount\n{},{},{}\n", pool, month, amount));
  }
  /// What documents bill of a month of a pool, less what was voided to be billed again.
  std::string billed(std::string_view pool, std::string_view month) {
    return world_.text(fmt::format(R"(
      select coalesce(sum(amount), 0)::numeric(20, 2)::text from document_line l
       where charge = 'allocation-{}' and key like '%|month={}|%' and counts
         and not exists (select from document_void v where v.customer_id = l.customer_id
                            and v.ordinal = l.ordinal and v.mode = 'rebill'))",
                                   pool, month));
  }
  std::string shared(std::string_view pool, std::string_view month) {
    return world_.text(fmt::format(
        "select coalesce(sum(amount), 0)::numeric(20, 2)::text from pool_share where pool = '{}' "
        "and month = '{}'",
        pool, month));
  }
  void expect_recomputed() {
    auto connection = world_.connect();
    const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
    const store::CheckOutcome outcome =
        recompute_periods(connection, world_.versions(), {.sample = std::nullopt, .seed = 0}, {});
    EXPECT_TRUE(outcome.holds()) << testing::PrintToString(outcome.wrong);
  }

 private:
  test::BillingWorld& world_;
};

class CostPoolsTest : public test::BillingTest {
 protected:
  void large_and_small() {
    world.customer("a");
    world.customer("b");
    world.subscribe("a", "Large", "2026-10-01");
    world.subscribe("b", "Small", "2026-10-01");
  }
  void use(std::string_view customer, std::string_view devices, std::string_view messages,
           std::string_view storage, std::string_view at = "2026-10-05T10:00:00Z") {
    world.cartridge(customer, devices, at);
    world.bandwidth(customer, messages, at);
    world.storage(customer, storage, at);
  }
  PoolWorld pools{world};
};

TEST_F(CostPoolsTest, AWeightedFormula) {
  world.apply(files_with(kFormula));
  large_and_small();
  use("a", "2500", "50000000", "500");
  use("b", "500", "200000000", "100");
  pools.set("platform", "2026-10", "10000");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("a")),
              ElementsAre("2026-10 fee 17325.00", "2026-10 allocation-platform 6116.67"));
  EXPECT_THAT(charged(world.last_document("b")),
              ElementsAre("2026-10 fee 4175.00", "2026-10 allocation-platform 3883.33"));
  const domain::StatementLine line = world.last_document("a").lines.back().line;
  EXPECT_EQ(line.description, "Platform, 61.1667 % of 10000.00 USD for 2026-10");
  EXPECT_THAT(line.facts, HasSubstr(R"("used":[{"quantity":2500,"total":3000})"));
  pools.expect_recomputed();
}

TEST_F(CostPoolsTest, AgreedPercentages) {
  world.apply(files_with(R"(
    <pool name="platform" currency="USD" by="percent">
      <given customer="a" percent="72"/><given customer="b" percent="28"/>
    </pool>)"));
  large_and_small();
  world.customer("c");
  world.subscribe("c", "Small", "2026-10-01");
  pools.set("platform", "2026-10", "10000");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(world.last_document("a").subtotal.to_string(), "24525.00");
  EXPECT_EQ(world.last_document("b").subtotal.to_string(), "6975.00");
  EXPECT_THAT(charged(world.last_document("c")), ElementsAre("2026-10 fee 4175.00"));
}

TEST_F(CostPoolsTest, AnAmountThatIsLateOrChangesBecomesACorrection) {
  world.apply(files_with(kFormula));
  large_and_small();
  use("a", "1", "1", "1");
  use("b", "1", "1", "1");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("a")), ElementsAre("2026-10 fee 17325.00"));

  world.set_clock("2026-11-10T09:00:00Z");
  pools.set("platform", "2026-10", "100");
  // The proportions are those of the first run that divides the month.
  world.bandwidth("b", "2", "2026-10-31T10:00:00Z");
  world.run_by_hand({.true_ups = true});
  EXPECT_THAT(charged(world.last_document("a")),
              ElementsAre("2026-10 true-up allocation-platform 41.25"));
  world.bandwidth("b", "1000", "2026-10-31T11:00:00Z");
  pools.set("platform", "2026-10", "90");
  world.run_by_hand({.true_ups = true});
  EXPECT_THAT(charged(world.last_document("a")),
              ElementsAre("2026-10 true-up allocation-platform -4.12"));
  EXPECT_THAT(charged(world.last_document("b")),
              ElementsAre("2026-10 true-up allocation-platform -5.88"));
  EXPECT_EQ(world.last_document("b").kind, domain::DocumentKind::kCreditNote);
  EXPECT_EQ(pools.billed("platform", "2026-10"), "90.00");
  pools.set("platform", "2026-10", "0");
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(pools.billed("platform", "2026-10"), "0.00");
  const std::int64_t documents = world.number("select count(*) from document");
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(world.number("select count(*) from document"), documents);
  pools.expect_recomputed();
}

TEST_F(CostPoolsTest, AMonthIsDividedWhenItHasEnded) {
  world.apply(files_with(kFormula));
  large_and_small();
  pools.set("platform", "2026-10", "100");
  pools.set("platform", "2026-11", "100");
  world.run("2026-10-31T02:00:00Z");
  EXPECT_EQ(world.number("select count(*) from pool_division"), 0);
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(world.text("select string_agg(month, ' ') from pool_division"), "2026-10");
}

TEST_F(CostPoolsTest, WhatARunWouldBillIsShownBefore) {
  world.apply(files_with(kFormula));
  large_and_small();
  use("a", "1", "1", "1");
  use("b", "1", "1", "1");
  pools.set("platform", "2026-10", "100");
  world.set_clock("2026-11-01T02:00:00Z");
  const Runner::DryRun dry = world.runner().dry_run({.engine = "monthly", .fires_at = world.now()});
  ASSERT_EQ(dry.documents.size(), 2U);
  EXPECT_THAT(charged(dry.documents[0]),
              ElementsAre("2026-10 fee 17325.00", "2026-10 allocation-platform 50.00"));
  EXPECT_EQ(world.number("select count(*) from pool_share"), 0);
}

TEST_F(CostPoolsTest, TheOneWhoLeftBearsItsShareOnItsLastPeriod) {
  world.apply(files_with(R"(<pool name="rent" currency="USD" by="equal"/>)"));
  world.customer("gone", "Asia/Kolkata", 15);
  world.customer("here", "Pacific/Honolulu", 31);
  world.customer("ahead", "Pacific/Kiritimati");
  world.subscribe("gone", "Small", "2026-09-15", "2026-10-10");
  world.subscribe("here", "Small", "2026-10-31");
  world.subscribe("ahead", "Small", "2026-11-01");
  pools.set("rent", "2026-10", "1");
  for (const std::string_view day : {"2026-10-15", "2026-11-01", "2026-11-02", "2026-12-02"}) {
    world.run(fmt::format("{}T12:00:00Z", day));
  }
  EXPECT_EQ(world.text("select string_agg(key || ' ' || falls_on || ' ' || amount::numeric(9, 2), "
                       "', ' order by key) from pool_share join customer using (customer_id)"),
            "gone 2026-10-09 0.50, here 2026-10-31 0.50");
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(pools.billed("rent", "2026-10"), "1.00");
  EXPECT_THAT(all_lines(world.last_document("gone")),
              ElementsAre("2026-09 true-up allocation-rent 0.50"));
}

TEST_F(CostPoolsTest, GroupsExclusionsAndEnvironments) {
  config::Files files = files_with(R"(
    <cost-centre name="all">
      <cost-centre name="first"><member customer="a"/></cost-centre>
      <cost-centre name="second"><member plan="Small"/></cost-centre>
      <cost-centre name="empty"><member customer="nobody"/></cost-centre>
    </cost-centre>
    <pool name="tree" currency="USD" by="percent">
      <given cost-centre="first" percent="90"/><given cost-centre="second" percent="10"/>
      <over cost-centre="first"/><over cost-centre="second"/>
    </pool>
    <pool name="list" currency="USD" by="equal"><over customer="a"/><over customer="c"/></pool>
    <pool name="plan" currency="USD" by="equal"><over plan="Small"/><except customer="c"/></pool>
    <pool name="tests" currency="USD" by="equal"><over environment="test"/></pool>
    <pool name="euros" currency="EUR" by="equal"/>)");
  world.apply(files);
  large_and_small();
  world.customer("c");
  world.subscribe("c", "Small", "2026-10-01");
  for (const std::string_view pool : {"tree", "list", "plan", "tests", "euros"}) {
    pools.set(pool, "2026-10", "100");
  }
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("a")),
              ElementsAre("2026-10 fee 17325.00", "2026-10 allocation-list 50.00",
                          "2026-10 allocation-tree 90.00"));
  EXPECT_THAT(charged(world.last_document("b")),
              ElementsAre("2026-10 fee 4175.00", "2026-10 allocation-plan 100.00",
                          "2026-10 allocation-tree 5.00"));
  EXPECT_EQ(world.text("select string_agg(pool, ' ' order by pool) from pool_division"),
            "list plan tree")
      << "nobody bears the others, so they wait";
  EXPECT_EQ(
      world.text("select string_agg(pool || ' ' || month || ': ' || reason, ', ' order by pool) "
                 "from pool_problem"),
      "euros 2026-10: nobody could bear it, tests 2026-10: nobody could bear it");
  auto connection = world.connect();
  const auto months = accounts::list_pool_months(connection, "tests");
  EXPECT_EQ(months.at(0).problem, "nobody could bear it");

  world.customer("d");
  world.subscribe("d", "Small", "2026-10-01");
  store::Connection owner = world.connect(store::Role::kOwner);
  owner.run_script({"test.environment",
                    "update subscription set environment = 'test' where customer_id = "
                    "(select customer_id from customer_key where key = 'd')"});
  world.set_clock("2026-11-02T02:00:00Z");
  world.run_by_hand();
  EXPECT_EQ(world.text("select string_agg(pool, ' ' order by pool) from pool_problem"), "euros")
      << "what is divided in the end has no problem any more";
}

TEST_F(CostPoolsTest, ShareAfterShareIsReadToTheLast) {
  world.apply(files_with(R"(<pool name="rent" currency="USD" by="equal"/>)"));
  std::string customers = "key,name,email,time-zone,anchor-day\n";
  std::string subscriptions = "key,customer,plan,starts-on\n";
  for (int i = 0; i < 2'300; ++i) {
    customers += fmt::format("c{0:04},c{0:04},c{0:04}@example.com,UTC,1\n", i);
    subscriptions += fmt::format("s{0:04},c{0:04},Small,2026-10-01\n", i);
  }
  world.import(accounts::ImportKind::kCustomers, customers);
  world.import(accounts::ImportKind::kSubscriptions, subscriptions);
  pools.set("rent", "2026-10", "2300");
  world.run("2026-11-01T02:00:00Z");
  auto connection = world.connect();
  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  std::vector<std::string> keys;
  int pages = 0;
  for_each_pool_share(
      connection, "rent", "2026-10",
      [&](const ReportedShare& one) { keys.push_back(one.customer_key); }, [&] { ++pages; });
  EXPECT_EQ(keys.size(), 2'300U);
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  EXPECT_EQ(pages, 3);
}

// Whatever happens to whom and when: shares sum to pools, and in the end the bills do, too.
class CostPoolsProperty : public testing::TestWithParam<unsigned> {};

TEST_P(CostPoolsProperty, SharesAndBillsSumToPools) {
  std::set<std::string> parked;
  test::BillingWorld world(
      {.files = test::with_statement_steps(test::shipped_configuration(),
                                           R"(<handler class="HarmfulHandler"/>)"),
       .handlers = {test::statement_step("HarmfulHandler", [&](StatementContext& context) {
         context.for_each_period([&](PeriodWork& period) {
           if (parked.contains(period.customer->customer.key)) throw Error("nonsense");
         });
       })}});
  PoolWorld pools(world);
  std::mt19937 random(GetParam());
  const auto drawn = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  config::Files files =
      files_with(fmt::format(R"(
    <cost-centre name="root">
      <cost-centre name="left"><member customer="c1"/><member customer="c2"/></cost-centre>
      <cost-centre name="right">
        <cost-centre name="upper"><member customer="c3"/></cost-centre>
        <cost-centre name="lower"><member plan="Small"/></cost-centre>
      </cost-centre>
    </cost-centre>
    <pool name="formula" currency="USD" by="formula" minimum-percent="{}">
      <part meter="cartridge" weight="0.{}"/><part meter="bandwidth" weight="0.{}"/>
      <part meter="storage" weight="1"/><except customer="c5"/>
    </pool>
    <pool name="tree" currency="USD" by="formula">
      <part meter="bandwidth" weight="2"/><part meter="cartridge" weight="3"/>
      <over cost-centre="root"/>
    </pool>
    <pool name="given" currency="USD" by="percent">
      <given customer="c1" percent="{}"/><given customer="c2" percent="33.3"/>
      <given customer="c4" percent="0.1"/>
    </pool>
    <pool name="equal" currency="USD" by="equal" time-zone="Asia/Kolkata"/>)",
                             drawn(0, 30), drawn(1, 9), drawn(1, 9), drawn(1, 90)));
  std::string& chains = files.content["billing-config.xml"];
  chains = world.files().content.at("billing-config.xml");
  // Amounts at random are beyond the bounds of safety, and nobody is here to approve.
  constexpr std::string_view kSettings = "<settings>";
  chains.insert(chains.find(kSettings) + kSettings.size(),
                R"(<setting name="billing.bounds.totalTimes" value="0"/>)"
                R"(<setting name="billing.bounds.documentsPerDay" value="0"/>)");
  world.apply(files);
  constexpr std::array<std::string_view, 5> kZones{"UTC", "Asia/Kolkata", "Pacific/Honolulu",
                                                   "America/New_York", "Pacific/Kiritimati"};
  constexpr int kCustomers = 7;
  for (int i = 1; i <= kCustomers; ++i) {
    const std::string key = fmt::format("c{}", i);
    world.customer(key, kZones.at(static_cast<std::size_t>(drawn(0, 4))), drawn(1, 31));
    const bool leaves = drawn(0, 3) == 0;
    world.subscribe(key, drawn(0, 1) == 0 ? "Large" : "Small",
                    fmt::format("2026-0{}-{:02}", drawn(8, 9), drawn(1, 28)),
                    leaves ? fmt::format("2026-1{}-{:02}", drawn(0, 1), drawn(1, 28)) : "");
  }
  const std::array<std::string_view, 4> names{"formula", "tree", "given", "equal"};
  std::map<std::pair<std::string, std::string>, std::string> amounts;
  const auto set_one = [&] {
    const std::string pool(names.at(static_cast<std::size_t>(drawn(0, 3))));
    const std::string month = fmt::format("2026-{:02}", drawn(9, 11));
    const std::string amount = fmt::format("{}.{:02}", drawn(-500, 100'000), drawn(0, 99));
    pools.set(pool, month, amount);
    amounts[{pool, month}] = amount;
  };
  time::Date day = time::parse_date("2026-09-20");
  while (day < time::parse_date("2026-12-20")) {
    day = time::add_days(day, drawn(1, 6));
    for (int i = drawn(0, 3); i > 0; --i) {
      const std::string at = fmt::format(
          "{}T0{}:00:00Z", time::to_string(time::add_days(day, -drawn(1, 40))), drawn(0, 9));
      const std::string key = fmt::format("c{}", drawn(1, kCustomers));
      const std::string quantity = std::to_string(drawn(0, 5000));
      drawn(0, 1) == 0 ? world.bandwidth(key, quantity, at) : world.cartridge(key, quantity, at);
    }
    if (drawn(0, 2) == 0) set_one();
    if (drawn(0, 4) == 0) parked.insert(fmt::format("c{}", drawn(1, kCustomers)));
    if (drawn(0, 4) == 0) parked.clear();
    world.run(time::to_string(day) + "T02:00:00Z");
    for (const auto& [pool_month, amount] : amounts) {
      const auto& [pool, month] = pool_month;
      EXPECT_EQ(world.number(fmt::format(
                    "select count(*) from pool_division d where pool = '{0}' and month = '{1}' and "
                    "amount <> (select sum(amount) from pool_share s where s.pool = '{0}' and "
                    "s.month = '{1}')",
                    pool, month)),
                0)
          << pool << " " << month;
    }
  }
  parked.clear();
  world.set_clock("2027-01-02T09:00:00Z");
  world.run_by_hand({.retry_parked = true, .true_ups = true});
  world.run_by_hand({.retry_parked = true, .true_ups = true});
  EXPECT_THAT(world.parked(), IsEmpty());
  for (const auto& [pool_month, amount] : amounts) {
    const auto& [pool, month] = pool_month;
    const std::string wanted =
        money::Money(money::Decimal::parse(amount), money::Currency::of("USD")).to_string();
    EXPECT_EQ(pools.shared(pool, month), wanted) << pool << " " << month;
    EXPECT_EQ(pools.billed(pool, month), wanted) << pool << " " << month;
  }
  pools.expect_recomputed();
  world.expect_books_in_order();
}

INSTANTIATE_TEST_SUITE_P(Random, CostPoolsProperty, testing::Range(1U, 7U));

}  // namespace

}  // namespace reckoner::engine
