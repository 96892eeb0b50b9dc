#include "engine/run.hpp"

#include <gmock/gmock.h>

#include <latch>
#include <thread>

#include "metering/cut.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::BillingWorld;
using test::charged;
using test::edited;
using test::error_of;
using test::flat_plan;
using test::sums;
using test::with_plans;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RunTest : public test::BillingTest {
 protected:
  /// Customers c01, c02, … on SMB since October, of whom each batch takes at most `batch_size`.
  void subscribers(int count, int batch_size = 1000) {
    world.apply(edited(world.files(), "billing-config.xml", "batch-size=\"1000\"",
                       "batch-size=\"" + std::to_string(batch_size) + "\""));
    std::string customers = "key,name,email,time-zone,anchor-day\n";
    std::string subscriptions = "key,customer,plan,starts-on\n";
    for (int i = 1; i <= count; ++i) {
      const std::string key = (i < 10 ? "c0" : "c") + std::to_string(i);
      customers += key + "," + key + " Ltd,,UTC,1\n";
      subscriptions += key + "," + key + ",SMB,2026-10-01\n";
    }
    world.import(accounts::ImportKind::kCustomers, customers);
    world.import(accounts::ImportKind::kSubscriptions, subscriptions);
  }

  /// Parks who is on the plan Enterprise.
  config::Files without_fee_of_enterprise() const {
    return edited(world.files(), "pricing/subscription-fee.dmn", "\"Enterprise\"", "\"Nobody\"");
  }

  std::string refuse_documents_of(const std::string& name) {
    return R"(create function refuse() returns trigger language plpgsql as $$
      begin
        if new.customer_name = ')" +
           name + R"(' then
          raise exception 'refused by the test' using errcode = 'check_violation';
        end if;
        return new;
      end $$;
      create trigger refuse before insert on document for each row execute function refuse())";
  }
};

TEST_F(RunTest, AParkedCustomerStopsNobodyAndTheAccountsAddUp) {
  subscribers(9);
  world.customer("lost");
  world.subscribe("lost", "Enterprise", "2026-10-01");
  world.apply(without_fee_of_enterprise());
  const RunSummary run = world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(run.due, 10);
  EXPECT_EQ(run.counts.invoiced, 9);
  EXPECT_EQ(run.counts.parked, 1);
  EXPECT_EQ(run.counts.nothing_due, 0);
  EXPECT_EQ(run.state, "done");
  EXPECT_THAT(world.parked(),
              ElementsAre("lost: period 2026-10: subscription 1, charge subscription: plan "
                          "'Enterprise' leaves the fee to a rule, and no rule set one"));

  // Later periods too: parked customers are counted and left alone until somebody asks.
  const RunSummary next = world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(next.due, 10);
  EXPECT_EQ(next.counts.parked, 1);
  EXPECT_THAT(world.documents("lost"), IsEmpty());
}

TEST_F(RunTest, RetryParkedBillsTheParkedPeriodsOldestFirst) {
  world.customer("lost");
  world.subscribe("lost", "Enterprise", "2026-10-01");
  world.apply(without_fee_of_enterprise());
  world.run("2026-11-01T02:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(world.run_by_hand({.retry_parked = true}).counts.parked, 1);
  EXPECT_EQ(world.runner().parked(std::nullopt).front().attempts, 2);

  world.apply(test::shipped_configuration());
  EXPECT_EQ(world.run_by_hand().counts.parked, 1) << "without --retry-parked";
  EXPECT_EQ(world.run_by_hand({.retry_parked = true}).counts.invoiced, 1);
  EXPECT_THAT(charged(world.last_document("lost")),
              ElementsAre("2026-10 subscription 2000.00", "2026-11 subscription 2000.00"));
  EXPECT_THAT(world.parked(), IsEmpty());
}

TEST_F(RunTest, ABatchTheDatabaseRefusesIsSplitUntilTheCulpritIsAlone) {
  subscribers(37, 16);
  world.connect(store::Role::kOwner).run_script({"refuse", refuse_documents_of("c11 Ltd")});
  const RunSummary run = world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(run.due, 37);
  EXPECT_EQ(run.counts.invoiced, 36);
  EXPECT_EQ(run.counts.parked, 1);
  EXPECT_THAT(world.parked(), ElementsAre(testing::AllOf(testing::StartsWith("c11: "),
                                                         HasSubstr("refused by the test"))));
  EXPECT_THAT(world.documents("c12"), SizeIs(1));
}

TEST_F(RunTest, ACustomerWithNothingToBillIsCountedAsSuch) {
  subscribers(2);
  world.set_clock("2026-12-01T02:00:00Z");
  const RunSummary run = world.run_by_hand({.period_label = "2026-09"});
  EXPECT_EQ(run.due, 2);
  EXPECT_EQ(run.counts.nothing_due, 2);
}

TEST_F(RunTest, TwoRunnersOnOneRunBillEachCustomerOnce) {
  subscribers(60, 4);
  world.set_clock("2026-11-01T02:00:00Z");
  const RunId run = world.runner()
                        .start({.engine = "monthly", .scheduled = true, .fires_at = world.now()})
                        .value();
  Runner other(world.pool(), world.versions(), [this] { return world.now(); },
               {metering::close_cut_within, metering::merge_totals});
  const std::atomic<bool> stop = false;
  {
    std::jthread second([&] { other.work(run, stop); });
    world.work(run);
  }
  const RunSummary summary = world.runner().summary(run);
  EXPECT_EQ(summary.state, "done");
  EXPECT_EQ(summary.counts.invoiced, 60);
  EXPECT_EQ(world.number("select count(*) from document"), 60);
  EXPECT_EQ(world.number("select count(distinct customer_id) from document"), 60);
}

TEST_F(RunTest, ARunThatWasStoppedIsFinishedByWhoeverContinues) {
  subscribers(10, 1);
  world.set_clock("2026-11-01T02:00:00Z");
  const RunRequest firing{.engine = "monthly", .scheduled = true, .fires_at = world.now()};
  const RunId run = world.runner().start(firing).value();
  std::atomic<bool> stop = false;
  const RunSummary stopped = world.runner().work(run, stop, [&](const RunProgress& progress) {
    if (progress.customers_done >= 3) stop = true;
  });
  EXPECT_EQ(stopped.state, "running");
  EXPECT_LT(world.number("select count(*) from document"), 10);
  EXPECT_THAT(world.runner().unfinished("monthly"), ElementsAre(run));
  EXPECT_EQ(world.runner().start(firing), run) << "the same firing is the same run";
  EXPECT_EQ(world.work(run).counts.invoiced, 10);
  EXPECT_EQ(world.runner().start(firing), std::nullopt);
}

TEST_F(RunTest, OfTwoWhoStartOneFiringAtOnceBothGetTheSameRun) {
  subscribers(2);
  world.set_clock("2026-11-01T02:00:00Z");
  const RunRequest firing{.engine = "monthly", .scheduled = true, .fires_at = world.now()};
  std::array<std::optional<RunId>, 2> runs;
  store::Connection holder = world.connect();
  {
    store::Transaction hold(holder);
    holder.execute({"hold", "update cut_counter set cut = cut"});
    std::vector<std::jthread> starters;
    std::latch begun(3);
    for (auto& run : runs) {
      starters.emplace_back([&] {
        begun.arrive_and_wait();
        run = world.runner().start(firing);
      });
    }
    begun.arrive_and_wait();
    // Both wait for the counter, or come when it is free again.
    holder.query({"a moment", "select pg_sleep(0.2)"});
    hold.rollback();
  }
  EXPECT_TRUE(runs[0].has_value());
  EXPECT_EQ(runs[0], runs[1]);
  EXPECT_EQ(world.number("select count(*) from engine_run"), 1);
  world.work(runs[0].value());
}

TEST_F(RunTest, ARunByHandBeforeTheFiringChangesNothingAboutIt) {
  const auto story = [](BillingWorld& told, bool by_hand) {
    for (const char* key : {"acme", "globex"}) {
      told.customer(key, "Pacific/Kiritimati");
      told.subscribe(key, "Professional", "2026-10-01");
      told.bandwidth(key, "2000", "2026-10-05T10:00:00Z");
    }
    if (by_hand) {
      told.set_clock("2026-10-20T12:00:00Z");
      EXPECT_EQ(told.run_by_hand({.customer_key = "acme"}).due, 0);
    }
    const RunSummary run = told.run("2026-11-01T02:00:00Z");
    EXPECT_TRUE(run.scheduled);
    EXPECT_EQ(run.counts.invoiced, 2);
    return told.content_hashes();
  };
  BillingWorld undisturbed;
  EXPECT_EQ(story(world, true), story(undisturbed, false));
}

TEST_F(RunTest, TwoMissedMonthsAreOneDocumentWithBothPeriodsOldestFirst) {
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-09-01");
  world.bandwidth("acme", "2000", "2026-10-05T10:00:00Z");
  world.bandwidth("acme", "1636", "2026-09-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(world.documents("acme"), SizeIs(1));
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-09 subscription 500.00", "2026-09 bandwidth 3.00",
                          "2026-10 subscription 500.00", "2026-10 bandwidth 13.92"));
  EXPECT_THAT(world.periods("acme"),
              ElementsAre("2026-09 2026-09-01T00:00..2026-10-01T00:00 billed",
                          "2026-10 2026-10-01T00:00..2026-11-01T00:00 billed",
                          "2026-11 2026-11-01T00:00..2026-12-01T00:00 open"));
}

TEST_F(RunTest, TheLabelIsAFilterOnPeriodsAndLeavesNoneBehind) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-09-01");
  world.set_clock("2026-12-01T02:00:00Z");
  world.run_by_hand({.period_label = "2026-10"});
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 subscription 100.00"));
  EXPECT_THAT(world.periods("acme"),
              ElementsAre("2026-09 2026-09-01T00:00..2026-10-01T00:00 open",
                          "2026-10 2026-10-01T00:00..2026-11-01T00:00 billed",
                          "2026-11 2026-11-01T00:00..2026-12-01T00:00 open",
                          "2026-12 2026-12-01T00:00..2027-01-01T00:00 open"));
  world.run_by_hand({.period_label = "2026-09"});
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-09 subscription 100.00"));
  world.run_by_hand();
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-11 subscription 100.00"));
  EXPECT_THAT(world.periods("acme"), SizeIs(4));
}

TEST_F(RunTest, EachCurrencyHasADocumentOfItsOwn) {
  world.apply(with_plans(flat_plan("Franken", "80.00"), "CHF"));
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.subscribe("acme", "Franken", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  const auto documents = world.documents("acme");
  ASSERT_THAT(documents, SizeIs(2));
  EXPECT_EQ(documents[0].total.to_string(), "100.00");
  EXPECT_EQ(documents[1].total.to_string(), "80.00");
  EXPECT_EQ(world.balance("acme", "CHF"), "80.00");
  EXPECT_EQ(world.balance("acme", "USD"), "100.00");
}

TEST_F(RunTest, ANetBelowZeroIsACreditNoteInItsOwnSeries) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  world.subscribe("acme", "SMB", "2026-10-01", "2026-10-11");
  EXPECT_EQ(world.run("2026-11-02T02:00:00Z").counts.invoiced, 1)
      << "an early end waits for nothing";
  const auto documents = world.documents("acme");
  ASSERT_THAT(documents, SizeIs(2));
  EXPECT_EQ(documents[0].number, "INV-2026-000001");
  EXPECT_EQ(documents[1].number, "CN-2026-000001");
  EXPECT_EQ(documents[1].kind, domain::DocumentKind::kCreditNote);
  EXPECT_THAT(charged(documents[1]), ElementsAre("2026-10 true-up subscription -67.74"));
  EXPECT_EQ(sums(documents[1]), "100.00 + -67.74 - 0.00 = 32.26");
}

TEST_F(RunTest, LinesOfNothingAreADocumentOf0_00WithoutAMail) {
  world.customer("acme");
  world.subscribe("acme", "Demo", "2026-10-01");
  EXPECT_EQ(world.run("2026-11-01T02:00:00Z").counts.invoiced, 1);
  EXPECT_EQ(sums(world.last_document("acme")), "0.00 + 0.00 - 0.00 = 0.00");
  EXPECT_THAT(world.last_document("acme").lines, SizeIs(4));
  EXPECT_EQ(world.number("select count(*) from outbox"), 0);
}

TEST_F(RunTest, TheYearOfTheNumberIsThatOfTheDayOfIssueInTheLegalEntitysZone) {
  world.apply(
      test::with_setting(world.files(), "billing.legalEntity.timeZone", "Pacific/Auckland"));
  subscribers(1, 1);
  world.run("2026-12-31T10:59:59Z");
  EXPECT_EQ(world.last_document("c01").number, "INV-2026-000001");
  world.customer("late");
  world.subscribe("late", "SMB", "2026-11-01");
  world.run("2026-12-31T11:00:00Z");
  const domain::Document first_of_2027 = world.last_document("late");
  EXPECT_EQ(first_of_2027.number, "INV-2027-000001");
  EXPECT_EQ(time::to_string(first_of_2027.issued_on.value()), "2027-01-01");
  EXPECT_EQ(time::to_string(first_of_2027.due_on.value()), "2027-01-15");
}

TEST_F(RunTest, ADryRunShowsWhatARunWouldBillAndStoresNothing) {
  subscribers(3, 2);
  world.set_clock("2026-11-01T02:00:00Z");
  const std::string before = world.digest();
  const auto dry = world.runner().dry_run({.engine = "monthly", .fires_at = world.now()});
  EXPECT_EQ(world.digest(), before);
  EXPECT_EQ(dry.due, 3);
  ASSERT_THAT(dry.documents, SizeIs(3));
  EXPECT_THAT(charged(dry.documents.back()), ElementsAre("2026-10 subscription 100.00"));
}

}  // namespace

}  // namespace reckoner::engine
