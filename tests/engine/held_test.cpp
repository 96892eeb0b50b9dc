#include "engine/held.hpp"

#include <gmock/gmock.h>

#include "engine/bounds.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::charged;
using test::error_of;
using test::with_setting;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

domain::Document document_of(std::string_view total, int first_periods = 1) {
  const auto usd = money::Currency::of("USD");
  static CustomerWork customer;
  domain::Document document = new_document_work(customer, usd, {1}).document;
  document.total = money::Money(money::Decimal::parse(total), usd);
  for (int month = 1; month <= first_periods; ++month) {
    document.lines.push_back(
        {.period = {time::Zone::utc().start_of(std::chrono::year(2026) / month / 1), 1},
         .period_label = "",
         .true_up = false,
         .line = {.key = "k",
                  .subscription = std::nullopt,
                  .charge = "c",
                  .description = "",
                  .starts_on = {},
                  .ends_on = {},
                  .quantity = 1,
                  .unit = "",
                  .amount = document.total,
                  .facts = ""},
         .tax_percent = std::nullopt});
  }
  return document;
}

TEST(Bounds, HoldATotalOutOfAllProportion) {
  const Bounds bounds{
      .documents_per_day = 15, .lines_per_document = 100, .total_times = 10, .total_floor = 1000};
  const BilledBefore three{3, money::Decimal::parse("600.03")};
  EXPECT_EQ(beyond_mean(document_of("2000.10"), three, bounds), std::nullopt)
      << "ten times, exactly";
  EXPECT_EQ(
      beyond_mean(document_of("2000.11"), three, bounds),
      "a total of 2000.11 USD is more than 10 times 200.01, the mean of 3 documents in a year "
      "(billing.bounds.totalTimes)");
  EXPECT_THAT(beyond_mean(document_of("-2000.11"), three, bounds).value_or(""),
              HasSubstr("-2000.11"))
      << "what is given back, too";
  EXPECT_EQ(beyond_mean(document_of("1000.00"), {3, 3}, bounds), std::nullopt) << "the floor";
  EXPECT_EQ(beyond_mean(document_of("5000.00"), {0, 0}, bounds), std::nullopt) << "the first";
  EXPECT_EQ(beyond_mean(document_of("4000.20", 2), three, bounds), std::nullopt) << "of two months";
  Bounds none = bounds;
  none.total_times = 0;
  EXPECT_EQ(beyond_mean(document_of("2000.11"), three, none), std::nullopt);
}

TEST(Changes, AreNamed) {
  const auto figures = [](std::string_view amount, std::string_view id) {
    return R"({"documents":[],"lines":[{"period":"2026-10","charge":"bandwidth","amount":)" +
           std::string(amount) + R"(,"id":")" + std::string(id) + R"("}]})";
  };
  EXPECT_EQ(changes(figures("20.00", "a"), figures("30.00", "a")),
            "2026-10 bandwidth is 30.00, was 20.00");
  EXPECT_EQ(changes(figures("20.00", "a"), figures("30.00", "b")),
            "2026-10 bandwidth is new: 30.00; 2026-10 bandwidth is gone: 20.00");
  EXPECT_EQ(changes(figures("20.00", "a"), figures("20.00", "a")), "what its lines come from");
}

/// acme pays 500.00 a month, and in November its traffic runs away.
class HeldTest : public test::BillingTest {
 protected:
  void SetUp() override {
    for (const char* key : {"acme", "globex"}) {
      world.customer(key);
      world.subscribe(key, "Professional", "2026-09-01");
    }
    world.run("2026-10-01T02:00:00Z");
    world.run("2026-11-01T02:00:00Z");
    world.bandwidth("acme", "1000000", "2026-11-05T10:00:00Z");
  }
  RunSummary run_of_november() { return world.run("2026-12-01T02:00:00Z"); }
  Runner::Verdict verdict(const RunSummary& run, std::string key = "") {
    return {.run = run.run, .customer_key = std::move(key), .who = "ann", .why = "asked them"};
  }
};

TEST_F(HeldTest, WhatGoesBeyondTheBoundIsNotStoredAndEverybodyElseIsBilled) {
  const RunSummary run = run_of_november();
  EXPECT_EQ(run.due, 2);
  EXPECT_EQ(run.counts.invoiced, 1);
  EXPECT_EQ(run.counts.held, 1);
  EXPECT_THAT(world.documents("acme"), SizeIs(2));
  EXPECT_EQ(world.periods("acme").back(), "2026-11 2026-11-01T00:00..2026-12-01T00:00 open");
  const auto held = world.runner().held(std::nullopt);
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_EQ(held[0].key, "acme");
  EXPECT_EQ(held[0].run, run.run);
  EXPECT_THAT(held[0].reasons, HasSubstr("more than 10 times 500.00, the mean of 2 documents"));
  EXPECT_THAT(held[0].figures, HasSubstr(R"("charge":"bandwidth")"));
}

TEST_F(HeldTest, ADryRunTellsWhomItWouldHold) {
  world.set_clock("2026-12-01T02:00:00Z");
  const auto dry = world.runner().dry_run({.engine = kMonthlyEngine, .fires_at = world.now()});
  ASSERT_THAT(dry.held, SizeIs(1));
  EXPECT_EQ(dry.held[0].key, "acme");
  EXPECT_THAT(dry.held[0].reason, HasSubstr("the mean of 2 documents"));
  EXPECT_EQ(dry.documents[0].issued_on, std::nullopt);
}

TEST_F(HeldTest, UntilSomebodyDecidesTheCustomerIsNotDue) {
  run_of_november();
  const RunSummary next = world.run("2027-01-01T02:00:00Z");
  EXPECT_EQ(next.due, 1);
  EXPECT_EQ(next.counts.invoiced, 1);
  EXPECT_THAT(world.documents("acme"), SizeIs(2));
}

TEST_F(HeldTest, AFiringWentPastNobodyWhoIsHeldOrWasRejectedSince) {
  const RunSummary run = run_of_november();
  world.connect(store::Role::kOwner)
      .run_script({"as a firing",
                   "update engine_run set kind = 'scheduled' where run_id = (select "
                   "max(run_id) from engine_run)"});
  world.expect_books_in_order();
  world.runner().reject(verdict(run));
  world.expect_books_in_order();
}

TEST_F(HeldTest, ApprovalIssuesWhatWasHeldAtItsCutAndOnItsOwnDay) {
  const RunSummary run = run_of_november();
  // Known later: the held document does not have it, the next one does, and totals are kept apart.
  world.bandwidth("acme", "500", "2026-11-05T10:00:00Z");
  world.run("2026-12-05T02:00:00Z");
  world.set_clock("2026-12-07T10:00:00Z");
  const auto approvals = world.runner().approve(verdict(run));
  ASSERT_THAT(approvals, SizeIs(1));
  EXPECT_EQ(approvals[0].changed, std::nullopt);
  EXPECT_THAT(approvals[0].issued, ElementsAre("INV-2026-000006"));
  const domain::Document issued = world.last_document("acme");
  EXPECT_THAT(charged(issued),
              ElementsAre("2026-11 subscription 500.00", "2026-11 bandwidth 29953.92"));
  EXPECT_EQ(time::to_string(issued.issued_on.value()), "2026-12-07");
  const RunSummary after = world.runner().summary(run.run);
  EXPECT_EQ(after.counts.held, 0);
  EXPECT_EQ(after.counts.invoiced, 2);
  EXPECT_EQ(after.counts.total(), after.due);
  EXPECT_THAT(world.runner().held(std::nullopt), IsEmpty());
  const auto decided = world.runner().held(run.run);
  ASSERT_THAT(decided, SizeIs(1));
  EXPECT_EQ(decided[0].state, "approved");
  EXPECT_EQ(decided[0].decided_by, "ann");
  EXPECT_EQ(error_of([&] { world.runner().approve(verdict(run)); }),
            "run " + std::to_string(run.run.value) + " holds nothing");

  world.run_by_hand({.true_ups = true});
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-11 true-up bandwidth 15.00"));
}

TEST_F(HeldTest, WhatIsAnotherNowStaysHeldAndSaysWhy) {
  const RunSummary run = run_of_november();
  world.import(accounts::ImportKind::kDiscounts,
               "key,customer,percentage,starts-on\nd1,acme,10,2026-11-01\n");
  const auto approvals = world.runner().approve(verdict(run, "acme"));
  ASSERT_THAT(approvals, SizeIs(1));
  EXPECT_THAT(approvals[0].changed.value_or(""), HasSubstr("2026-11 discount-1 is new: -"));
  EXPECT_THAT(approvals[0].issued, IsEmpty());
  EXPECT_THAT(world.documents("acme"), SizeIs(2));
  EXPECT_THAT(world.runner().held(std::nullopt), SizeIs(1));
}

TEST_F(HeldTest, WhoIsRejectedIsDueAgainAndHeldAgainUntilItIsMended) {
  const RunSummary run = run_of_november();
  EXPECT_EQ(error_of([&] { world.runner().reject(verdict(run, "globex")); }),
            "run " + std::to_string(run.run.value) + " holds nothing of customer 'globex'");
  EXPECT_THAT(world.runner().reject(verdict(run)), ElementsAre("acme"));
  EXPECT_EQ(world.runner().summary(run.run).counts.held, 1);

  world.set_clock("2026-12-02T02:00:00Z");
  const RunSummary again = world.run_by_hand();
  EXPECT_EQ(again.due, 1);
  EXPECT_EQ(again.counts.held, 1);
  world.runner().reject(verdict(again));
  world.apply(with_setting(world.files(), "billing.bounds.totalTimes", "100"));
  EXPECT_EQ(world.run_by_hand().counts.invoiced, 1);
  EXPECT_THAT(world.documents("acme"), SizeIs(3));
}

TEST_F(HeldTest, ARunThatWasPlannedBeforeLeavesTheCustomerAlone) {
  world.set_clock("2026-12-01T02:00:00Z");
  const RunRequest request{.engine = kMonthlyEngine, .fires_at = world.now()};
  const RunId before = world.runner().start(request).value();
  EXPECT_EQ(run_of_november().counts.held, 1);
  const RunSummary late = world.work(before);
  EXPECT_EQ(late.due, 2);
  EXPECT_EQ(late.counts.held, 1);
  EXPECT_EQ(late.counts.nothing_due, 1);
  EXPECT_THAT(world.runner().held(std::nullopt), SizeIs(1));
}

TEST_F(HeldTest, MoreLinesThanTheBoundAreHeld) {
  world.apply(with_setting(world.files(), "billing.bounds.linesPerDocument", "2"));
  const RunSummary run = run_of_november();
  EXPECT_EQ(run.counts.held, 2);
  EXPECT_THAT(world.runner().held(run.run)[1].reasons,
              HasSubstr("lines on one document, more than 2 (billing.bounds.linesPerDocument)"));
}

TEST_F(HeldTest, MoreDocumentsOnADayThanTheBoundAreHeld) {
  world.apply(with_setting(world.files(), "billing.bounds.documentsPerDay", "3"));
  world.set_clock("2026-12-01T02:00:00Z");
  for (int i = 1; i <= 4; ++i) {
    world.bandwidth("globex", "5000", "2026-10-05T10:00:00Z");
    const RunSummary run = world.run_by_hand({.customer_key = "globex", .true_ups = true});
    EXPECT_EQ(run.counts.held, i == 4 ? 1 : 0) << i;
  }
  EXPECT_THAT(world.documents("globex"), SizeIs(2 + 3));
  EXPECT_THAT(world.runner().held(std::nullopt)[0].reasons,
              HasSubstr("more than 3 documents on one day (billing.bounds.documentsPerDay)"));
}

}  // namespace

}  // namespace reckoner::engine
