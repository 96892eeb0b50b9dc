#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::charged;
using testing::ElementsAre;
using testing::SizeIs;

class PeriodsTest : public test::BillingTest {
 protected:
  /// The firings of every night at 02:00 UTC, from the first day to before the last.
  void nightly(std::string_view from, std::string_view until) {
    for (time::Date day = time::parse_date(from); day != time::parse_date(until);
         day = time::add_days(day, 1)) {
      world.run(time::to_string(day) + "T02:00:00Z");
    }
  }
};

TEST_F(PeriodsTest, OneNightlyScheduleBillsEveryZoneAndAnchorExactlyItsPeriods) {
  std::vector<std::string> keys;
  for (const char* zone : {"Pacific/Honolulu", "Pacific/Kiritimati", "Asia/Kolkata"}) {
    for (const int anchor : {1, 15, 31}) {
      keys.push_back(fmt::format("c{}", keys.size()));
      world.customer(keys.back(), zone, anchor);
      world.subscribe(keys.back(), "SMB", "2026-01-01");
    }
  }
  nightly("2026-01-01", "2027-03-05");

  for (const std::string& key : keys) {
    const auto documents = world.documents(key);
    EXPECT_THAT(documents, SizeIs(14)) << key;
    time::Date next = time::parse_date("2026-01-01");
    for (const domain::Document& document : documents) {
      const domain::StatementLine& fee = document.lines.front().line;
      EXPECT_EQ(fee.starts_on, next) << key;
      EXPECT_EQ(fee.quantity, money::Decimal(time::days_between(fee.starts_on, fee.ends_on)));
      next = fee.ends_on;
    }
  }
  EXPECT_EQ(
      world.number("select count(*) from billing_period p join engine_run r on r.run_id = "
                   "p.billed_by_run where r.fires_at < p.ends_at or r.fires_at >= p.ends_at + "
                   "interval '1 day'"),
      0)
      << "each period is billed in the first night after its end";
  // Only the first period of the anchors within a month is a part: SMB costs 100.00 a month.
  EXPECT_EQ(world.number("select count(*) from document where total = 100"), 3 * 14 + 6 * 13);
}

TEST_F(PeriodsTest, AnAnchorOnThe31stFallsOnTheLastDayAndComesBack) {
  world.customer("hooli", "Pacific/Honolulu", 31);
  world.subscribe("hooli", "SMB", "2027-01-31");
  world.run("2027-07-01T02:00:00Z");
  EXPECT_THAT(world.periods("hooli"),
              ElementsAre("2027-01 2027-01-31T10:00..2027-02-28T10:00 billed",
                          "2027-02 2027-02-28T10:00..2027-03-31T10:00 billed",
                          "2027-03 2027-03-31T10:00..2027-04-30T10:00 billed",
                          "2027-04 2027-04-30T10:00..2027-05-31T10:00 billed",
                          "2027-05 2027-05-31T10:00..2027-06-30T10:00 billed",
                          "2027-06 2027-06-30T10:00..2027-07-31T10:00 open"));
}

TEST_F(PeriodsTest, FromNewYorkToUtcInMidMonthNoHourIsLostAndNoneBilledTwice) {
  world.customer("acme", "America/New_York");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "1536", "2026-10-01T04:00:00Z");  // October's allowance, and
  world.bandwidth("acme", "100", "2026-11-01T03:59:59Z");   // the last second of New York's
  world.set_clock("2026-10-20T12:00:00Z");
  world.customer("acme", "UTC");
  world.bandwidth("acme", "1536", "2026-11-01T04:00:00Z");  // the next hour is November's
  world.bandwidth("acme", "200", "2026-11-30T23:59:59Z");
  world.bandwidth("acme", "1836", "2026-12-01T00:00:00Z");
  nightly("2026-10-30", "2027-01-03");

  EXPECT_THAT(world.periods("acme"),
              ElementsAre("2026-10 2026-10-01T04:00..2026-11-01T04:00 billed",
                          "2026-11 2026-11-01T04:00..2026-12-01T00:00 billed",
                          "2026-12 2026-12-01T00:00..2027-01-01T00:00 billed",
                          "2027-01 2027-01-01T00:00..2027-02-01T00:00 open"));
  const auto documents = world.documents("acme");
  ASSERT_THAT(documents, SizeIs(3));
  EXPECT_THAT(charged(documents[0]),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 3.00"));
  EXPECT_THAT(charged(documents[1]),
              ElementsAre("2026-11 subscription 500.00", "2026-11 bandwidth 6.00"));
  EXPECT_THAT(charged(documents[2]),
              ElementsAre("2026-12 subscription 500.00", "2026-12 bandwidth 9.00"));
}

TEST_F(PeriodsTest, OctoberInKolkataBeginsAt1830UtcAndUsageGoesWithIt) {
  world.customer("acme", "Asia/Kolkata");
  world.subscribe("acme", "Professional", "2026-09-01");
  world.bandwidth("acme", "1537", "2026-09-30T18:29:59.999999Z");
  world.bandwidth("acme", "1538", "2026-09-30T18:30:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-09 subscription 500.00", "2026-09 bandwidth 0.03",
                          "2026-10 subscription 500.00", "2026-10 bandwidth 0.06"));
}

TEST_F(PeriodsTest, APlanChangeTakesEffectAtLocalMidnightAndUsageGoesWithIt) {
  world.apply(test::with_plans(
      R"(<plan name="One">
           <metered name="hours" meter="cartridge" unit="hour" allowance="0" price="1"/></plan>
         <plan name="Ten">
           <metered name="hours" meter="cartridge" unit="hour" allowance="0" price="10"/></plan>)"));
  world.customer("acme", "Asia/Kolkata");
  world.subscribe("acme", "One", "2026-10-01", "2026-10-15");
  world.subscribe("acme", "Ten", "2026-10-15");
  world.cartridge("acme", "3", "2026-10-14T18:29:59Z");
  world.cartridge("acme", "4", "2026-10-14T18:30:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 hours 3.00", "2026-10 hours 40.00"));
}

TEST_F(PeriodsTest, ACustomerWhoComesBackGoesOnWhereTheLastPeriodEnded) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-01-01", "2026-01-16");
  nightly("2026-01-31", "2026-02-03");
  EXPECT_THAT(world.periods("acme"), SizeIs(1));
  world.set_clock("2026-05-01T00:00:00Z");
  world.subscribe("acme", "SMB", "2026-05-01");
  world.run("2026-06-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-05 subscription 100.00"));
}

}  // namespace

}  // namespace reckoner::engine
