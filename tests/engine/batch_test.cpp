#include "engine/batch.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::BillingWorld;
using test::statement_step;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// `count` customers with a plan change and usage each, all due on 1 November.
void populate(BillingWorld& world, int count, std::string_view prefix) {
  std::string customers = "key,name,email,time-zone,anchor-day\n";
  std::string subscriptions = "key,customer,plan,starts-on,ends-on\n";
  for (int i = 0; i < count; ++i) {
    const std::string key = fmt::format("{}{:03}", prefix, i);
    customers += fmt::format("{0},{0},billing@{0}.example,UTC,1\n", key);
    subscriptions += fmt::format("{0}-1,{0},SMB,2026-10-01,2026-10-15\n", key);
    subscriptions += fmt::format("{0}-2,{0},Professional,2026-10-15,\n", key);
  }
  world.import(accounts::ImportKind::kCustomers, customers);
  world.import(accounts::ImportKind::kSubscriptions, subscriptions);
}

/// A run planned for the customers due now, without a worker, and its only batch claimed by hand.
struct PlannedRun {
  RunFacts facts;
  ClaimedBatch batch;
};

PlannedRun plan(BillingWorld& world) {
  const RunId run = world.runner()
                        .start({.engine = "monthly", .scheduled = true, .fires_at = world.now()})
                        .value();
  const RunSummary summary = world.runner().summary(run);
  PlannedRun planned{{.run = run,
                      .engine = "monthly",
                      .fires_at = world.now(),
                      .period_label = "",
                      .version = summary.version,
                      .cut = summary.cut},
                     {.batch = 1, .token = 0, .customers = {}}};
  store::Connection connection = world.connect();
  for (const store::Row& row : connection.query({"batch",
                                                 "select unnest(customer_ids) as id from run_batch "
                                                 "where run_id = $1 and batch = 1"},
                                                {run})) {
    planned.batch.customers.push_back(row.int64("id"));
  }
  return planned;
}

TEST(BatchTest, StatementsDoNotGrowWithTheNumberOfCustomers) {
  BillingWorld world;
  std::vector<std::int64_t> statements;
  const auto bill = [&](std::string_view at, std::int64_t customers) {
    world.set_clock(at);
    const PlannedRun planned = plan(world);
    ASSERT_EQ(std::ssize(planned.batch.customers), customers);
    store::Connection connection = world.connect();
    BatchCounts counts;
    ASSERT_EQ(
        bill_batch(connection, world.versions(), planned.facts, planned.batch, world.now(), counts),
        BatchOutcome::kDone);
    EXPECT_EQ(counts.invoiced, customers);
    statements.push_back(connection.statements_executed());
  };
  populate(world, 10, "few");
  world.pay("few000", "1.00", "2026-10-01", "a payment");
  bill("2026-11-01T02:00:00Z", 10);
  populate(world, 190, "many");
  world.pay("few000", "1.00", "2026-10-01", "another");
  bill("2026-12-01T02:00:00Z", 200);
  EXPECT_EQ(statements[0], statements[1]);
  EXPECT_LT(statements[0], 50);

  // Nor with the number of true-ups.
  for (int i = 0; i < 30; ++i) {
    world.bandwidth(fmt::format("many{:03}", i), "5000", "2026-10-20T00:00:00Z");
  }
  world.pay("few000", "1.00", "2026-10-01", "one more");
  bill("2027-01-01T02:00:00Z", 200);
  EXPECT_LE(statements[2], statements[1] + 2)
      << "two more: what was billed of reopened periods, and who is over the limit";
  world.expect_books_in_order();
}

TEST(BatchTest, WhoHasLostTheLeaseWritesNothing) {
  BillingWorld world;
  populate(world, 2, "c");
  world.set_clock("2026-11-01T02:00:00Z");
  PlannedRun planned = plan(world);
  const std::string before = world.digest();
  store::Connection connection = world.connect();
  BatchCounts counts;
  planned.batch.token = 7;
  EXPECT_EQ(
      bill_batch(connection, world.versions(), planned.facts, planned.batch, world.now(), counts),
      BatchOutcome::kLeaseLost);
  EXPECT_EQ(split_batch(connection, planned.facts, planned.batch), BatchOutcome::kLeaseLost);
  EXPECT_EQ(world.digest(), before);

  planned.batch.token = 0;
  EXPECT_EQ(
      bill_batch(connection, world.versions(), planned.facts, planned.batch, world.now(), counts),
      BatchOutcome::kDone);
  EXPECT_EQ(
      bill_batch(connection, world.versions(), planned.facts, planned.batch, world.now(), counts),
      BatchOutcome::kLeaseLost)
      << "a batch that is done is nobody's";
  EXPECT_EQ(world.number("select count(*) from document"), 2);
}

/// A world whose chain has a step that does `harm` when it meets the customer "c011".
std::unique_ptr<BillingWorld> world_with(std::function<void(PeriodWork&)> harm) {
  auto world = std::make_unique<BillingWorld>(BillingWorld::Setup{
      .files = test::with_statement_steps(test::shipped_configuration(),
                                          R"(<handler class="HarmfulHandler"/>)"),
      .handlers = {
          statement_step("HarmfulHandler", [harm = std::move(harm)](StatementContext& context) {
            context.for_each_period([&](PeriodWork& period) {
              if (period.customer->customer.key == "c011") harm(period);
            });
          })}});
  populate(*world, 20, "c");
  return world;
}

void expect_only_c011_parked(BillingWorld& world, const std::string& reason) {
  const RunSummary run = world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(run.counts.invoiced, 19);
  EXPECT_EQ(run.counts.parked, 1);
  EXPECT_THAT(world.parked(),
              ElementsAre(testing::AllOf(testing::StartsWith("c011: "), HasSubstr(reason))));
  EXPECT_EQ(world.number("select count(*) from document"), 19);
  world.expect_books_in_order();
}

TEST(BatchTest, ABugInAHandlerParksTheCustomerWhoMeetsIt) {
  expect_only_c011_parked(*world_with([](PeriodWork&) { throw Bug("impossible"); }), "impossible");
}

TEST(BatchTest, AnyExceptionOfAHandlerParksTheCustomerWhoMeetsIt) {
  expect_only_c011_parked(
      *world_with([](PeriodWork& period) { static_cast<void>(period.segments.at(99)); }), "vector");
}

TEST(BatchTest, AnErrorOfAHandlerParksWithItsWords) {
  expect_only_c011_parked(*world_with([](PeriodWork&) { throw Error("nonsense"); }),
                          "period 2026-10: nonsense");
}

TEST(BatchTest, ALineKeyThatStandsTwiceParks) {
  expect_only_c011_parked(
      *world_with([](PeriodWork& period) { period.lines.push_back(period.lines.front()); }),
      "line key 'sub:1|subscription||arrears' stands twice in the statement of 2026-10");
}

TEST(BatchTest, ALineInAnotherCurrencyParks) {
  expect_only_c011_parked(*world_with([](PeriodWork& period) {
    period.lines.front().amount = money::Money(money::Decimal(1), money::Currency::of("EUR"));
  }),
                          "EUR");
}

}  // namespace

}  // namespace reckoner::engine
