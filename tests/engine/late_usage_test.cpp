// Usage and facts that become known after a period was billed.

#include <gmock/gmock.h>

#include "metering/cut.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::BillingWorld;
using test::charged;
using test::edited;
using test::sums;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class LateUsageTest : public test::BillingTest {
 protected:
  void nightly(std::string_view from, std::string_view until) {
    for (time::Date day = time::parse_date(from); day != time::parse_date(until);
         day = time::add_days(day, 1)) {
      world.run(time::to_string(day) + "T02:00:00Z");
    }
  }
  void acme_on_professional() {
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-10-01");
  }
};

TEST_F(LateUsageTest, APriceThatChangesLaterDoesNotReachABilledPeriod) {
  acme_on_professional();
  world.bandwidth("acme", "2536", "2026-10-05T10:00:00Z");
  const VersionId old_prices{world.run("2026-11-01T02:00:00Z").version};
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 30.00"));

  world.set_clock("2026-11-20T09:00:00Z");
  const VersionId new_prices =
      world.apply(edited(world.files(), "pricing/stratoslive.xml",
                         R"(allowance="1536" price="0.03")", R"(allowance="1536" price="0.05")"));
  world.bandwidth("acme", "1", "2026-10-31T10:00:00Z");
  world.bandwidth("acme", "1636", "2026-11-30T10:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth 0.03", "2026-11 subscription 500.00",
                          "2026-11 bandwidth 5.00"));
  EXPECT_EQ(world.number("select version_id from billing_period where label = '2026-10'"),
            old_prices.value);
  EXPECT_EQ(world.number("select version_id from billing_period where label = '2026-11'"),
            new_prices.value);
}

TEST_F(LateUsageTest, ADeviceThatSyncsOldUsageEveryDayMakesOneTrueUpDocument) {
  acme_on_professional();
  world.bandwidth("acme", "1536", "2026-10-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  for (int day = 2; day <= 30; ++day) {
    world.bandwidth("acme", "10", "2026-10-20T10:00:00Z");
    world.run("2026-11-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "T02:00:00Z");
  }
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(world.documents("acme"), SizeIs(2));
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth 8.70", "2026-11 subscription 500.00"));
}

TEST_F(LateUsageTest, ATrueUpAloneWaits35DaysForAnotherDocument) {
  acme_on_professional();
  world.subscribe("acme", "Professional", "2026-10-01", "2026-11-01");
  world.bandwidth("acme", "1536", "2026-10-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  world.bandwidth("acme", "10", "2026-10-20T10:00:00Z");
  nightly("2026-11-02", "2026-12-07");
  EXPECT_THAT(world.documents("acme"), SizeIs(1));
  nightly("2026-12-07", "2026-12-09");
  EXPECT_THAT(world.documents("acme"), SizeIs(2));
  EXPECT_THAT(test::all_lines(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth 0.30"));
}

TEST_F(LateUsageTest, TrueUpsCanBeAskedForAtOnce) {
  acme_on_professional();
  world.bandwidth("acme", "1536", "2026-10-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  world.bandwidth("acme", "10", "2026-10-20T10:00:00Z");
  EXPECT_EQ(world.run_by_hand().due, 0);
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).counts.invoiced, 1);
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).due, 0);
  EXPECT_EQ(sums(world.last_document("acme")), "500.00 + 0.30 - 0.00 = 500.30");
}

TEST_F(LateUsageTest, LateUsageWithinTheAllowanceChangesOnlyWhatIsFree) {
  acme_on_professional();
  world.run("2026-11-01T02:00:00Z");
  world.bandwidth("acme", "10", "2026-10-20T10:00:00Z");
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).counts.nothing_due, 1);
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).due, 0) << "billed at the later cut all the same";
  EXPECT_THAT(world.documents("acme"), SizeIs(1));
}

TEST_F(LateUsageTest, AnEventAfterTheCutOfARunIsInTheNextDocument) {
  acme_on_professional();
  world.bandwidth("acme", "1536", "2026-10-05T10:00:00Z");
  world.set_clock("2026-11-01T02:00:00Z");
  const RunId run = world.runner()
                        .start({.engine = "monthly", .scheduled = true, .fires_at = world.now()})
                        .value();
  world.bandwidth("acme", "100", "2026-10-31T10:00:00Z");
  {
    store::Connection connection = world.connect();
    metering::close_cut(connection, world.now());
  }
  world.work(run);
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 subscription 500.00"));
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth 3.00", "2026-11 subscription 500.00"));
}

TEST(LateUsageInFlightTest, AnEventThatComesWhileItsBatchIsInFlightIsInTheNextDocument) {
  std::function<void()> meanwhile = [] {};
  BillingWorld world({.files = test::with_statement_steps(test::shipped_configuration(),
                                                          R"(<handler class="PauseHandler"/>)"),
                      .handlers = {test::statement_step("PauseHandler", [&](StatementContext&) {
                        std::exchange(meanwhile, [] {})();
                      })}});
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "1536", "2026-10-05T10:00:00Z");
  meanwhile = [&] {
    world.bandwidth("acme", "100", "2026-10-31T10:00:00Z");
    store::Connection connection = world.connect();
    metering::close_cut(connection, world.now());
  };
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 subscription 500.00"));
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth 3.00", "2026-11 subscription 500.00"));
  world.expect_books_in_order();
}

TEST_F(LateUsageTest, ARunThatIsInterruptedUnderIngestionGivesWhatAnUndisturbedOneGivesAtItsCut) {
  const auto story = [](BillingWorld& told, bool disturbed) {
    told.apply(edited(told.files(), "billing-config.xml", R"(batch-size="1000" workers="2")",
                      R"(batch-size="2" workers="1")"));
    for (int i = 0; i < 8; ++i) {
      const std::string key = "c" + std::to_string(i);
      told.customer(key);
      told.subscribe(key, "Professional", "2026-10-01");
      told.bandwidth(key, "2000", "2026-10-05T10:00:00Z");
    }
    told.set_clock("2026-11-01T02:00:00Z");
    const RunId run = told.runner()
                          .start({.engine = "monthly", .scheduled = true, .fires_at = told.now()})
                          .value();
    if (disturbed) {
      std::atomic<bool> stop = false;
      told.runner().work(run, stop, [&](const RunProgress& progress) {
        told.bandwidth("c7", "77", "2026-10-06T10:00:00Z");
        store::Connection connection = told.connect();
        metering::close_cut(connection, told.now());
        metering::merge_totals(connection);
        stop = progress.customers_done > 0;
      });
    }
    EXPECT_EQ(told.work(run).counts.invoiced, 8);
    return told.content_hashes();
  };
  BillingWorld undisturbed;
  EXPECT_EQ(story(world, true), story(undisturbed, false));
}

TEST_F(LateUsageTest, AStatementAtOneCutIsTheSameWhateverBecomesKnownLater) {
  acme_on_professional();
  world.bandwidth("acme", "2000", "2026-10-05T10:00:00Z");
  store::Connection connection = world.connect();
  const std::int64_t cut = metering::close_cut(connection, world.now());
  const auto usage_at_cut = [&] {
    const std::array<UsageQuery, 1> october{
        UsageQuery{{world.number("select customer_id from customer")},
                   {time::parse_instant("2026-10-01T00:00:00Z"),
                    time::parse_instant("2026-11-01T00:00:00Z")}}};
    const auto version =
        world.versions().load(connection, world.versions().active(connection).value());
    return FactReader(connection, {cut, /*tail=*/false})
        .usage(october, {"bandwidth"}, version->meter_reader());
  };
  const auto before = usage_at_cut();
  world.bandwidth("acme", "5", "2026-10-05T10:00:00Z");
  metering::close_cut(connection, world.now());
  EXPECT_EQ(usage_at_cut(), before);
}

TEST_F(LateUsageTest, APaymentDatedInsideAClosedPeriodIsCreditedOnce) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  world.pay("acme", "150.00", "2026-10-20", "found again");
  EXPECT_EQ(world.balance("acme"), "50.00");
  world.run("2027-01-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "200.00 + 100.00 - 150.00 = 150.00");
  world.pay("acme", "150.00", "2026-10-20", "found again");
  world.run("2027-02-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "150.00 + 100.00 - 0.00 = 250.00");
}

TEST_F(LateUsageTest, ABackdatedPlanChangeIsTheDifferenceOfTheStatements) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  world.set_clock("2026-11-10T00:00:00Z");
  world.subscribe("acme", "SMB", "2026-10-01", "2026-10-16");
  world.subscribe("acme", "Professional", "2026-10-16");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.documents("acme")[1]),
              ElementsAre("2026-10 true-up subscription -51.61",
                          "2026-10 true-up subscription 258.06", "2026-11 subscription 500.00"));
  EXPECT_EQ(world.number("select count(*) from reopening where closed_by_run is null"), 0);
}

}  // namespace

}  // namespace reckoner::engine
