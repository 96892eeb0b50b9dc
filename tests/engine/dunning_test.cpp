// Overdue documents: the steps that are taken on them, what stops them, and what is undone.

#include "engine/dunning.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "accounts/write_offs.hpp"
#include "engine/corrections.hpp"
#include "engine/dunning_status.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::charged;
using test::error_of;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// acme owes 100.00 for October, due on 15 November. As shipped: a reminder after 7 days, one for
/// 10.00 after 21, a notice after 35, and a proposal after 90.
class DunningTest : public test::BillingTest {
 protected:
  void SetUp() override {
    world.customer("acme");
    world.subscribe("acme", "SMB", "2026-10-01");
    world.run("2026-11-01T02:00:00Z");
    invoice = world.last_document("acme").number;
  }
  /// The firing at 06:00 of that day.
  RunSummary dun(std::string_view day) {
    world.set_clock(fmt::format("{}T06:00:00Z", day));
    return world.work(world.runner()
                          .start({.engine = "dunning", .scheduled = true, .fires_at = world.now()})
                          .value());
  }
  void dun_daily(std::string_view from, std::string_view to) {
    for (time::Date day = time::parse_date(from); day <= time::parse_date(to);
         day = time::add_days(day, 1)) {
      dun(time::to_string(day));
    }
  }
  /// "2026-11-22 first-reminder 100.00", with the fee and whether it was undone.
  std::vector<std::string> steps() {
    std::vector<std::string> texts;
    for (const DunnedDocument& dunned : status(false)) {
      for (const DunnedDocument::Step& step : dunned.steps) {
        texts.push_back(fmt::format("{} {} {}{}{}", time::to_string(step.taken_on), step.name,
                                    step.overdue.to_string(),
                                    step.fee ? " + " + step.fee->to_string() : "",
                                    step.undone.empty() ? "" : ", undone: " + step.undone));
      }
    }
    return texts;
  }
  std::vector<DunnedDocument> status(bool going_on) {
    store::Connection connection = world.connect();
    const VersionId version = world.versions().active(connection).value();
    return list_dunning(connection, {.going_on = going_on}, std::nullopt, 100,
                        dunning_steps_of(*world.versions().load(connection, version)));
  }
  std::vector<std::string> ends() {
    std::vector<std::string> texts;
    for (const DunnedDocument& dunned : status(false)) {
      texts.push_back(dunned.goes_on ? "goes on" : dunned.end);
    }
    return texts;
  }
  std::string mails() {
    return world.text(
        "select coalesce(string_agg(message_key || ' ' || template, ', ' order by created_at), '') "
        "from outbox where kind = 'dunning'");
  }
  void dispute(std::string_view amount, std::string_view state = "open") {
    store::Connection connection = world.connect();
    connection.execute({"test.dispute", R"(
      insert into dispute (customer_id, dispute, ordinal, currency, amount, held, message, opened_at,
                           opened_by)
      select customer_id, 1, 1, 'USD', $1::numeric, $1::numeric, 'why?', $2, 'anna'
        from customer_key where key = 'acme')"},
                       {amount, world.now()});
    EXPECT_EQ(state, "open");
  }
  accounts::WriteOff accept(const std::string& reason = "insolvent") {
    store::Connection connection = world.connect();
    const VersionId version = world.versions().active(connection).value();
    const auto compiled = world.versions().load(connection, version);
    return accounts::accept_write_off(connection, {compiled->configuration(), world.now(), {}},
                                      invoice, reason, "anna");
  }

  std::string invoice;
};

TEST_F(DunningTest, EachStepIsTakenOnceInItsOrder) {
  dun_daily("2026-11-14", "2027-03-01");
  EXPECT_THAT(
      steps(),
      ElementsAre("2026-11-22 first-reminder 100.00", "2026-12-06 second-reminder 100.00 + 10.00",
                  "2026-12-20 suspension-notice 100.00", "2027-02-13 write-off-proposal 100.00"));
  EXPECT_EQ(mails(),
            "dunning:1:1 mail/reminder.mustache, dunning:1:2 mail/second-reminder.mustache, "
            "dunning:1:3 mail/suspension-notice.mustache");
  EXPECT_EQ(world.text("select string_agg(state || ' ' || amount, ', ') from write_off"),
            "open 100");
}

TEST_F(DunningTest, ARunSaysForWhomItDidSomething) {
  const RunSummary before = dun("2026-11-21");
  EXPECT_EQ(before.counts.nothing_due, 1);
  const RunSummary run = dun("2026-11-22");
  EXPECT_EQ(run.due, 1);
  EXPECT_EQ(run.counts.invoiced, 1);
  EXPECT_EQ(run.state, "done");
  // By hand on the same day: everything is done already.
  const auto by_hand = world.runner().start({.engine = "dunning", .fires_at = world.now()}).value();
  EXPECT_EQ(world.work(by_hand).counts.nothing_due, 1);
  EXPECT_EQ(steps().size(), 1U);
}

TEST_F(DunningTest, ADryRunSaysWhatWouldBeDoneAndStoresNothing) {
  world.set_clock("2026-11-22T06:00:00Z");
  const std::string before = world.digest();
  const auto dry = world.runner().dry_run({.engine = "dunning", .fires_at = world.now()});
  EXPECT_EQ(dry.due, 1);
  ASSERT_EQ(dry.dunning.size(), 1U);
  EXPECT_EQ(dry.dunning[0].what, "first-reminder");
  EXPECT_EQ(dry.dunning[0].document, invoice);
  EXPECT_EQ(dry.dunning[0].overdue.to_string(), "100.00");
  EXPECT_EQ(world.digest(), before);
}

TEST_F(DunningTest, WhoIsFoundVeryLateHasAsLongAfterEachStepAsAnybody) {
  dun_daily("2027-02-01", "2027-04-30");
  EXPECT_THAT(
      steps(),
      ElementsAre("2027-02-01 first-reminder 100.00", "2027-02-15 second-reminder 100.00 + 10.00",
                  "2027-03-01 suspension-notice 100.00", "2027-04-25 write-off-proposal 100.00"));
}

TEST_F(DunningTest, TheNextInvoiceCarriesTheFee) {
  dun_daily("2026-11-21", "2026-12-07");
  world.run("2027-01-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), Contains("2026-12 charge-1 10.00"));
}

TEST_F(DunningTest, APaymentInFullStopsIt) {
  dun_daily("2026-11-21", "2026-11-30");
  world.pay("acme", "100.00", "2026-12-01", "p1");
  const RunSummary run = dun("2026-12-06");
  EXPECT_EQ(run.counts.invoiced, 1);
  EXPECT_THAT(ends(), ElementsAre("paid"));
  EXPECT_THAT(steps(), ElementsAre("2026-11-22 first-reminder 100.00"));
  EXPECT_EQ(dun("2026-12-07").due, 0);
}

TEST_F(DunningTest, APartPaymentGoesOnForTheRest) {
  dun("2026-11-22");
  world.pay("acme", "60.00", "2026-12-01", "p1");
  dun_daily("2026-12-02", "2026-12-07");
  EXPECT_THAT(steps(), ElementsAre("2026-11-22 first-reminder 100.00",
                                   "2026-12-06 second-reminder 40.00 + 10.00"));
}

TEST_F(DunningTest, AFeeForWhatHadBeenPaidIsGivenBack) {
  dun("2026-11-22");
  dun("2026-12-06");
  world.pay("acme", "100.00", "2026-12-05", "p1");  // the bank tells it late
  dun("2026-12-08");
  EXPECT_THAT(steps(),
              ElementsAre("2026-11-22 first-reminder 100.00",
                          "2026-12-06 second-reminder 100.00 + 10.00, undone: it had been paid by "
                          "2026-12-06"));
  world.run("2027-01-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), Contains("2026-12 charge-2 -10.00"));
}

TEST_F(DunningTest, AFeeForWhatWasPaidLaterStands) {
  dun("2026-11-22");
  dun("2026-12-06");
  world.pay("acme", "100.00", "2026-12-07", "p1");
  dun("2026-12-08");
  EXPECT_THAT(ends(), ElementsAre("paid"));
  EXPECT_EQ(world.number("select count(*) from dunning_undo"), 0);
}

TEST_F(DunningTest, EverythingAboutADocumentThatIsVoidedIsUndone) {
  dun("2026-11-22");
  dun("2026-12-06");
  {
    store::Connection connection = world.connect();
    void_document(connection, world.versions(), {invoice, VoidMode::kWaive, "not yours"},
                  world.now());
  }
  dun("2026-12-07");
  EXPECT_THAT(ends(), ElementsAre("void"));
  EXPECT_THAT(
      steps(),
      ElementsAre("2026-11-22 first-reminder 100.00, undone: the document is void",
                  "2026-12-06 second-reminder 100.00 + 10.00, undone: the document is void"));
  EXPECT_EQ(
      world.text("select string_agg(price::text, ' ' order by manual_charge) from manual_charge"),
      "10 -10");
  EXPECT_EQ(dun("2026-12-08").due, 0);
}

TEST_F(DunningTest, APaymentThatComesBackGoesOnWhereItStopped) {
  dun("2026-11-22");
  world.pay("acme", "100.00", "2026-11-25", "p1");
  dun("2026-11-26");
  world.pay("acme", "-100.00", "2026-12-10", "p1 came back");
  dun_daily("2026-12-11", "2026-12-12");
  EXPECT_THAT(steps(), ElementsAre("2026-11-22 first-reminder 100.00",
                                   "2026-12-11 second-reminder 100.00 + 10.00"));
  EXPECT_THAT(ends(), ElementsAre("goes on"));
}

TEST_F(DunningTest, WhatIsDisputedDoesNotCount) {
  dispute("30.00");
  dun("2026-11-22");
  EXPECT_THAT(steps(), ElementsAre("2026-11-22 first-reminder 70.00"));
}

TEST_F(DunningTest, ADocumentThatIsDisputedAsAWholeWaits) {
  dispute("100.00");
  EXPECT_EQ(dun("2026-11-22").counts.nothing_due, 1);
  EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(DunningTest, AnAcceptedWriteOffIsBookedAndEndsIt) {
  dun_daily("2026-11-22", "2026-11-23");
  dun("2026-12-06");
  dun("2026-12-20");
  dun("2027-02-13");
  const accounts::WriteOff accepted = accept();
  EXPECT_EQ(accepted.state, "accepted");
  EXPECT_EQ(accepted.amount.to_string(), "100.00");
  EXPECT_EQ(accepted.reference, "write-off:" + invoice);
  EXPECT_EQ(world.balance("acme"), "0.00");
  EXPECT_EQ(world.text("select string_agg(account || ' ' || amount, ', ' order by account) "
                       "from posting where entry = 'payment:1'"),
            "receivable -100, revenue 100");
  EXPECT_THAT(error_of([&] { accept(); }), HasSubstr("is accepted already"));
  dun("2027-02-14");
  EXPECT_THAT(ends(), ElementsAre("written-off"));
}

TEST_F(DunningTest, AProposalThatIsPaidEnds) {
  dun("2026-11-22");
  dun("2026-12-06");
  dun("2026-12-20");
  dun("2027-02-13");
  world.pay("acme", "100.00", "2027-02-20", "p1");
  EXPECT_THAT(error_of([&] { accept(); }), HasSubstr("nothing of " + invoice + " is open"));
  dun("2027-02-21");
  EXPECT_EQ(world.text("select state || ' ' || reason from write_off"), "ended paid");
}

TEST_F(DunningTest, NothingIsWrittenOffWhileItIsDisputed) {
  dun("2026-11-22");
  dun("2026-12-06");
  dun("2026-12-20");
  dun("2027-02-13");
  dispute("5.00");
  EXPECT_EQ(error_of([&] { accept(); }),
            "5.00 USD of " + invoice + " is disputed: settle that first");
  EXPECT_EQ(error_of([&] { accept(""); }), "a decision about a write-off needs a reason");
}

TEST_F(DunningTest, ThirtyCustomersAreDunnedInTheirBatches) {
  world.set_clock("2026-11-01T03:00:00Z");
  for (int i = 0; i < 30; ++i) {
    const std::string key = fmt::format("c{:02}", i);
    world.customer(key);
    world.subscribe(key, "SMB", "2026-10-01");
  }
  world.run("2026-11-02T02:00:00Z");
  world.apply(test::edited(world.files(), "billing-config.xml",
                           R"(<run batch-size="1000" workers="2"/>)",
                           R"(<run batch-size="7" workers="2"/>)"));
  const RunSummary run = dun("2026-11-23");
  EXPECT_EQ(run.due, 31);
  EXPECT_EQ(run.counts.invoiced, 31);
  EXPECT_EQ(steps().size(), 31U);
}

config::Files with_dunning(std::string_view handlers) {
  config::Files files = test::shipped_configuration();
  std::string& text = files.content.at("billing-config.xml");
  const std::size_t begin = text.find(R"(<engine id="dunning">)");
  const std::size_t from = text.find("<handlers>", begin) + std::string("<handlers>").size();
  text.replace(from, text.find("</handlers>", from) - from, handlers);
  return files;
}

std::string step(std::string_view name, std::string_view days, std::string_view more = "") {
  return fmt::format(R"(<handler class="ReminderHandler"><parameter name="step" value="{}"/>)"
                     R"(<parameter name="days" value="{}"/>)"
                     R"(<parameter name="template" value="mail/reminder.mustache"/>{}</handler>)",
                     name, days, more);
}

std::string refusal(std::string_view handlers) {
  const Versions versions(test::catalogue_with({}), std::nullopt);
  return error_of([&] { versions.compile(with_dunning(handlers)); });
}

TEST(DunningChain, RefusesWhatCannotBe) {
  EXPECT_EQ(refusal(step("a", "1") + step("b", "2")), "");
  EXPECT_THAT(refusal(step("a", "1") + step("a", "2")), HasSubstr("step 'a' stands here twice"));
  EXPECT_THAT(
      refusal(step("a", "7") + step("b", "7")),
      HasSubstr("step 'b' comes 7 days after the day due, but 'a' before it comes after 7"));
  EXPECT_THAT(refusal(step("a", "1.5")), HasSubstr("must be a whole number from 1 to 3650"));
  EXPECT_THAT(refusal(step("a", "0")), HasSubstr("must be a whole number from 1 to 3650"));
  EXPECT_THAT(refusal(step("A b", "1")), HasSubstr("small letters, digits and dashes"));
  EXPECT_THAT(refusal(step("a", "1", R"(<parameter name="fees" value="EUR 5.00, EUR 6.00"/>)")),
              HasSubstr("parameter 'fees': EUR has a fee twice"));
  EXPECT_THAT(refusal(step("a", "1", R"(<parameter name="fees" value="5.00"/>)")),
              HasSubstr("'5.00' is not a currency and an amount"));
  EXPECT_THAT(refusal(step("a", "1", R"(<parameter name="fees" value="EUR -5.00"/>)")),
              HasSubstr("a fee is above zero"));
  EXPECT_THAT(refusal(step("a", "1") + R"(<handler class="FinalizingHandler"/>)"),
              HasSubstr("ReminderHandler and FinalizingHandler cannot stand in one chain"));
}

}  // namespace

}  // namespace reckoner::engine
