#include "engine/interim.hpp"

#include <gmock/gmock.h>

#include "metering/cut.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::BillingWorld;
using test::charged;
using test::error_of;
using test::sums;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class InterimTest : public test::BillingTest {
 protected:
  void acme_on_professional() {
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-09-01");
  }
};

TEST_F(InterimTest, InMidMonthFeesAccrueByDayAndUsageCountsAgainstTheWholeAllowance) {
  acme_on_professional();
  world.run("2026-10-01T02:00:00Z");
  world.bandwidth("acme", "1000", "2026-10-05T10:00:00Z");
  EXPECT_THAT(charged(world.one_interim("acme", "2026-10-11T00:00:00Z").document),
              ElementsAre("2026-10 subscription 161.29"));
  world.bandwidth("acme", "1000", "2026-10-10T10:00:00Z");
  const InterimInvoice interim = world.one_interim("acme", "2026-10-11T00:00:00Z");
  EXPECT_THAT(charged(interim.document),
              ElementsAre("2026-10 subscription 161.29", "2026-10 bandwidth 13.92"));
  EXPECT_EQ(interim.expected_total.to_string(), "513.92");
  EXPECT_FALSE(interim.what_if);
}

TEST_F(InterimTest, WhatIsNotInACutYetIsShown) {
  acme_on_professional();
  world.run("2026-10-01T02:00:00Z");
  world.bandwidth("acme", "1636", "2026-10-05T10:00:00Z");
  EXPECT_EQ(world.number("select count(*) from usage_total"), 0);
  EXPECT_THAT(charged(world.one_interim("acme", "2026-10-06T00:00:00Z").document),
              ElementsAre("2026-10 subscription 80.65", "2026-10 bandwidth 3.00"));
}

TEST_F(InterimTest, LateUsageOfABilledPeriodIsShownBeforeACutIsClosedOverIt) {
  acme_on_professional();
  world.bandwidth("acme", "1536", "2026-09-05T10:00:00Z");
  world.run("2026-10-01T02:00:00Z");
  world.bandwidth("acme", "100", "2026-09-20T10:00:00Z");
  const std::vector<std::string> expected{"2026-09 true-up bandwidth 3.00",
                                          "2026-10 subscription 80.65"};
  EXPECT_EQ(charged(world.one_interim("acme", "2026-10-06T00:00:00Z").document), expected);
  store::Connection connection = world.connect();
  metering::close_cut(connection, world.now());
  EXPECT_EQ(charged(world.one_interim("acme", "2026-10-06T00:00:00Z").document), expected);
}

TEST_F(InterimTest, OnTheFirstBeforeOctoberIsBilledBothMonthsStandOnIt) {
  acme_on_professional();
  world.run("2026-10-01T02:00:00Z");
  const InterimInvoice before = world.one_interim("acme", "2026-11-01T12:00:00Z");
  EXPECT_THAT(charged(before.document), ElementsAre("2026-10 subscription 500.00"));
  EXPECT_EQ(sums(before.document), "500.00 + 500.00 - 0.00 = 1000.00");
  EXPECT_EQ(before.expected_total.to_string(), "1000.00") << "October, and all of November";

  world.run("2026-11-01T13:00:00Z");
  const InterimInvoice after = world.one_interim("acme", "2026-11-02T00:00:00Z");
  EXPECT_THAT(charged(after.document), ElementsAre("2026-11 subscription 16.67"));
  EXPECT_EQ(sums(after.document), "1000.00 + 16.67 - 0.00 = 1016.67");
}

TEST_F(InterimTest, AtTheEndOfThePeriodItIsWhatTheRunBills) {
  acme_on_professional();
  world.run("2026-10-01T02:00:00Z");
  world.bandwidth("acme", "1999.5", "2026-10-05T10:00:00Z");
  world.pay("acme", "20.00", "2026-10-07", "some");
  const domain::Document interim = world.one_interim("acme", "2026-11-01T00:00:00Z").document;
  world.run("2026-11-01T00:00:00Z");
  const domain::Document issued = world.last_document("acme");
  EXPECT_EQ(test::all_lines(interim), test::all_lines(issued));
  EXPECT_EQ(sums(interim), sums(issued));
}

TEST_F(InterimTest, InsideAnIssuedPeriodItIsAWhatIf) {
  acme_on_professional();
  world.run("2026-10-01T02:00:00Z");
  const InterimInvoice what_if = world.one_interim("acme", "2026-09-16T00:00:00Z");
  EXPECT_TRUE(what_if.what_if);
  EXPECT_THAT(charged(what_if.document), ElementsAre("2026-09 subscription 250.00"));
  EXPECT_EQ(what_if.expected_total.to_string(), "500.00");
}

TEST_F(InterimTest, EachCurrencyHasItsOwnExpectedTotal) {
  world.apply(test::with_plans(test::flat_plan("Franken", "62.00"), "CHF"));
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-20");
  world.subscribe("acme", "Franken", "2026-10-01");
  const auto early = world.interim("acme", "2026-10-11T00:00:00Z");
  ASSERT_THAT(early, SizeIs(1));
  EXPECT_EQ(early[0].document.total.to_string(), "20.00");
  EXPECT_EQ(early[0].expected_total.to_string(), "62.00");
  const auto later = world.interim("acme", "2026-10-21T00:00:00Z");
  ASSERT_THAT(later, SizeIs(2));
  EXPECT_EQ(later[0].expected_total.currency(), later[0].document.currency);
  EXPECT_EQ(later[1].expected_total.currency(), later[1].document.currency);
}

TEST_F(InterimTest, ACustomerWhoIsNotThereIsSaid) {
  EXPECT_EQ(error_of([&] { world.interim("acme", "2026-10-11T00:00:00Z"); }),
            "there is no customer 'acme'");
  world.customer("acme");
  EXPECT_THAT(world.interim("acme", "2026-10-11T00:00:00Z"), IsEmpty());
}

/// A world whose chains stop in the middle and do `meanwhile`, once.
class InterimAndRunTest : public testing::Test {
 protected:
  InterimAndRunTest()
      : world({.files = test::with_statement_steps(test::shipped_configuration(),
                                                   R"(<handler class="PauseHandler"/>)"),
               .handlers = {test::statement_step("PauseHandler", [this](StatementContext&) {
                 std::exchange(meanwhile, [] {})();
               })}}) {
    world.customer("acme");
    world.subscribe("acme", "SMB", "2026-09-01");
    world.run("2026-10-01T02:00:00Z");
  }
  void TearDown() override { world.expect_books_in_order(); }

  std::function<void()> meanwhile = [] {};
  BillingWorld world;
};

TEST_F(InterimAndRunTest, WhileARunCommitsAnInterimSeesOctoberOnce) {
  meanwhile = [this] { world.run("2026-11-01T02:00:00Z"); };
  const InterimInvoice interim = world.one_interim("acme", "2026-11-11T00:00:00Z");
  EXPECT_THAT(world.documents("acme"), SizeIs(2)) << "the run has committed meanwhile";
  EXPECT_THAT(charged(interim.document),
              ElementsAre("2026-10 subscription 100.00", "2026-11 subscription 33.33"));
  EXPECT_EQ(sums(interim.document), "100.00 + 133.33 - 0.00 = 233.33");
  EXPECT_EQ(sums(world.one_interim("acme", "2026-11-11T00:00:00Z").document),
            "200.00 + 33.33 - 0.00 = 233.33");
}

TEST_F(InterimAndRunTest, BeforeARunCommitsAnInterimSeesOctoberOnce) {
  meanwhile = [this] {
    store::Connection other = world.connect();
    const auto interim = interim_invoices(other, world.versions(), "acme",
                                          time::parse_instant("2026-11-11T00:00:00Z"));
    EXPECT_EQ(sums(interim.at(0).document), "100.00 + 133.33 - 0.00 = 233.33");
  };
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(sums(world.last_document("acme")), "100.00 + 100.00 - 0.00 = 200.00");
}

}  // namespace

}  // namespace reckoner::engine
