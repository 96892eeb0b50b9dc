// What the original system billed right, to the cent.

#include <gmock/gmock.h>

#include "invoicing/content_hash.hpp"
#include "support/billing.hpp"

namespace reckoner::handlers {

namespace {

using test::charged;
using test::sums;
using test::with_plans;
using testing::ElementsAre;
using testing::SizeIs;

class ParityTest : public test::BillingTest {};

TEST_F(ParityTest, ProfessionalWith2000MegabytesPays13_92ForThem) {
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "1500", "2026-10-05T10:00:00Z");
  world.bandwidth("acme", "500", "2026-10-31T23:59:59Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 13.92"));
}

TEST_F(ParityTest, EnterpriseWith16000MegabytesPays12_80ForThem) {
  world.customer("acme");
  world.subscribe("acme", "Enterprise", "2026-10-01");
  world.bandwidth("acme", "16000", "2026-10-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 2000.00", "2026-10 bandwidth 12.80"));
}

TEST_F(ParityTest, BroughtForward40PlusCost113_92MinusPayments100Is53_92) {
  world.apply(with_plans(R"(<plan name="Parity"><recurring name="fee" fee="100.00"/>
      <metered name="bandwidth" meter="bandwidth" unit="MB" unit-size="1048576"
               allowance="1536" price="0.03"/></plan>)"));
  world.customer("acme");
  world.subscribe("acme", "Parity", "2026-09-01");
  world.pay("acme", "60.00", "2026-09-03", "first");
  world.run("2026-10-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "0.00 + 100.00 - 60.00 = 40.00");

  world.bandwidth("acme", "2000", "2026-10-05T10:00:00Z");
  world.pay("acme", "100.00", "2026-10-20", "second");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "40.00 + 113.92 - 100.00 = 53.92");
  EXPECT_EQ(world.balance("acme"), "53.92");
}

TEST_F(ParityTest, ACreditCarriesForwardNegativeAndSendsTheCustomerNoMail) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.pay("acme", "250.00", "2026-10-03", "too much");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "0.00 + 100.00 - 250.00 = -150.00");
  EXPECT_EQ(world.number("select count(*) from outbox"), 0);

  world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "-150.00 + 100.00 - 0.00 = -50.00");
  world.run("2027-01-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "-50.00 + 100.00 - 0.00 = 50.00");
  EXPECT_EQ(world.number("select count(*) from outbox where kind = 'document'"), 1);
}

TEST_F(ParityTest, WhoIsOverTheCreditLimitByOneWholeUnitStandsInTheOperatorsReport) {
  config::Files files = with_plans(R"(<plan name="Limited"><recurring name="fee" fee="rule"/>
      <metered name="cartridge" meter="cartridge" unit="hour" allowance="0" price="0.01"/></plan>)");
  files = test::with_setting(files, "billing.operator.email", "ops@example.com");
  files = test::edited(files, "pricing/subscription-fee.dmn", "\"SMB\"", "\"SMB\", \"Limited\"");
  world.apply(files);
  for (const char* key : {"over", "nearly", "at-limit"}) {
    world.customer(key);
    world.subscribe(key, "Limited", "2026-09-01");
  }
  world.cartridge("over", "100", "2026-10-05T10:00:00Z");
  world.cartridge("nearly", "99", "2026-10-05T10:00:00Z");
  world.run("2026-10-01T02:00:00Z");
  EXPECT_EQ(world.number("select count(*) from outbox where kind = 'admin-report'"), 0);

  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("over")), "100.00 + 101.00 - 0.00 = 201.00");
  EXPECT_EQ(sums(world.last_document("nearly")), "100.00 + 100.99 - 0.00 = 200.99");
  EXPECT_EQ(sums(world.last_document("at-limit")), "100.00 + 100.00 - 0.00 = 200.00");
  EXPECT_EQ(
      world.text("select string_agg(key, ' ') from over_limit join customer using (customer_id)"),
      "over");
  EXPECT_EQ(world.text("select recipient from outbox where kind = 'admin-report'"),
            "ops@example.com");
}

TEST_F(ParityTest, FiveOf31DaysOfSmbThenDemoAreTwoLinesOfExactDays) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-03-01", "2026-03-06");
  world.subscribe("acme", "Demo", "2026-03-06");
  world.run("2026-04-01T02:00:00Z");
  const domain::Document invoice = world.last_document("acme");
  std::vector<std::string> fees;
  for (const domain::DocumentLine& line : invoice.lines) {
    if (line.line.charge == "subscription") {
      fees.push_back(line.line.description + ": " + line.line.amount.to_string());
    }
  }
  EXPECT_THAT(fees, ElementsAre("SMB subscription, 5 of 31 days: 16.13",
                                "Demo subscription, 26 of 31 days: 0.00"));
  EXPECT_EQ(sums(invoice), "0.00 + 16.13 - 0.00 = 16.13");
}

TEST_F(ParityTest, InterimTwiceIsIdenticalAndWritesNothing) {
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-09-01");
  world.bandwidth("acme", "2000", "2026-09-05T10:00:00Z");
  world.run("2026-10-01T02:00:00Z");
  world.set_clock("2026-10-11T12:00:00Z");
  world.bandwidth("acme", "1600", "2026-10-05T10:00:00Z");

  const std::string before = world.digest();
  const auto first = world.one_interim("acme", "2026-10-11T12:00:00Z");
  const auto second = world.one_interim("acme", "2026-10-11T12:00:00Z");
  EXPECT_EQ(world.digest(), before);
  EXPECT_EQ(invoicing::content_hash(first.document), invoicing::content_hash(second.document));
  EXPECT_THAT(charged(first.document),
              ElementsAre("2026-10 subscription 161.29", "2026-10 bandwidth 1.92"));
  EXPECT_EQ(sums(first.document), "513.92 + 163.21 - 0.00 = 677.13");
  EXPECT_EQ(first.expected_total.to_string(), "501.92");
  EXPECT_EQ(first.document.number, "");
  EXPECT_EQ(first.document.ordinal, 0);
}

TEST_F(ParityTest, MonthlyTwiceBillsNothingTheSecondTime) {
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "2000", "2026-10-05T10:00:00Z");
  EXPECT_EQ(world.run("2026-11-01T02:00:00Z").counts.invoiced, 1);
  const engine::RunSummary again = world.run("2026-11-02T02:00:00Z");
  EXPECT_EQ(again.due, 0);
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).counts.invoiced, 0);
  EXPECT_THAT(world.documents("acme"), SizeIs(1));
}

TEST_F(ParityTest, TheBlogsPlanOn2500MegabytesAnd30StoredIs60_50) {
  world.apply(with_plans(R"(<plan name="Blog">
      <recurring name="fee" fee="10"/>
      <metered name="storage" meter="storage" unit="MB" unit-size="1048576" allowance="25" price="0.1"/>
      <metered name="bandwidth" meter="bandwidth" unit="MB" unit-size="1048576" allowance="2000"
               price="0.1"/></plan>)"));
  world.customer("acme");
  world.subscribe("acme", "Blog", "2026-10-01");
  world.bandwidth("acme", "2500", "2026-10-05T10:00:00Z");
  world.storage("acme", "12", "2026-10-05T10:00:00Z");
  world.storage("acme", "30", "2026-10-15T10:00:00Z");
  world.storage("acme", "8", "2026-10-25T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 fee 10.00", "2026-10 storage 0.50", "2026-10 bandwidth 50.00"));
  EXPECT_EQ(sums(world.last_document("acme")), "0.00 + 60.50 - 0.00 = 60.50");
}

}  // namespace

}  // namespace reckoner::handlers
