// What customers do not agree to: what may be disputed, how it ends, and what dunning makes of it.

#include "engine/disputes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "store/document_rows.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::error_of;
using testing::HasSubstr;

/// acme owes 100.00 for October, due on 15 November: one line of 100.00 and some of 0.00.
class DisputesTest : public test::BillingTest {
 protected:
  void SetUp() override {
    world.customer("acme");
    world.customer("globex");
    world.subscribe("acme", "SMB", "2026-10-01");
    world.run("2026-11-01T02:00:00Z");
    const domain::Document document = world.last_document("acme");
    invoice = document.number;
    for (std::size_t i = 0; i < document.lines.size(); ++i) {
      if (document.lines[i].line.amount.sign() > 0) line = static_cast<std::int64_t>(i) + 1;
    }
    connection.emplace(world.connect());
  }
  CustomerId id(const std::string& key) {
    return {world.number("select customer_id from customer_key where key = '" + key + "'")};
  }
  Dispute open(std::optional<std::int64_t> of_line, std::optional<std::string> amount,
               const std::string& customer = "acme", const std::string& message = "why?") {
    return open_dispute(
        *connection, world.versions(),
        {.customer = id(customer),
         .document = invoice,
         .line = of_line,
         .amount = amount ? std::optional(money::Decimal::parse(*amount)) : std::nullopt,
         .message = message},
        "anna", world.now());
  }
  Dispute credit(std::int64_t number, std::vector<CreditedLine> lines = {}) {
    return credit_dispute(*connection, world.versions(), id("acme"), number,
                          {.lines = std::move(lines), .reason = "you are right"}, "otto",
                          world.now());
  }
  Dispute refuse(std::int64_t number, const std::string& reason = "it ran") {
    return refuse_dispute(*connection, world.versions(), id("acme"), number, reason, "otto",
                          world.now());
  }
  Dispute withdraw(std::int64_t number) {
    return withdraw_dispute(*connection, world.versions(), id("acme"), number, "anna", world.now());
  }
  void dun(std::string_view day) {
    world.set_clock(fmt::format("{}T06:00:00Z", day));
    world.work(world.runner()
                   .start({.engine = "dunning", .scheduled = true, .fires_at = world.now()})
                   .value());
  }

  std::string invoice;
  std::int64_t line = 0;
  std::optional<store::Connection> connection;
};

TEST_F(DisputesTest, AtMostWhatWasChargedIsDisputed) {
  EXPECT_THAT(error_of([&] { open(line, "100.01"); }),
              HasSubstr("only 100.00 USD may be disputed"));
  EXPECT_EQ(open(line, "40.00").number, 1);
  EXPECT_THAT(error_of([&] { open(std::nullopt, "60.01"); }),
              HasSubstr("only 60.00 USD may be disputed"));
  EXPECT_EQ(open(std::nullopt, std::nullopt).amount.to_string(), "60.00");
  withdraw(1);
  EXPECT_EQ(open(line, std::nullopt).held.to_string(), "40.00");
}

TEST_F(DisputesTest, ALineIsDisputedOnceAtATime) {
  open(line, "40.00");
  EXPECT_EQ(error_of([&] { open(line, "1.00", "acme", "and more"); }),
            fmt::format("line {} of {} is disputed already: dispute 1 is open", line, invoice));
  open(std::nullopt, "1.00");
  EXPECT_EQ(error_of([&] { open(std::nullopt, "1.00", "acme", "and more"); }),
            invoice + " as a whole is disputed already: dispute 2 is open");
  credit(1);
  EXPECT_EQ(open(line, "1.00").number, 3);
}

TEST_F(DisputesTest, WhatWasRefusedIsDisputedAgainWithSomethingNewAndNotForEver) {
  open(line, "40.00", "acme", "It was off");
  refuse(1);
  EXPECT_EQ(
      error_of([&] { open(line, "40.00", "acme", " it  was\noff "); }),
      fmt::format("dispute 1 of line {} of {} had that message and was refused: say what is new",
                  line, invoice));
  open(line, "40.00", "acme", "here is the log");
  refuse(2);
  open(line, "40.00", "acme", "and a photograph");
  refuse(3);
  EXPECT_EQ(error_of([&] { open(line, "40.00", "acme", "and a witness"); }),
            fmt::format("line {} of {} was disputed 3 times without a credit note, and may be "
                        "disputed again 2 times at most",
                        line, invoice));
  // The document as a whole is another thing; and others may be more patient.
  open(std::nullopt, "1.00", "acme", "it was off");
  world.apply(test::with_setting(world.files(), "disputes.again", "3"));
  EXPECT_EQ(open(line, "40.00", "acme", "and a witness").number, 5);
}

TEST_F(DisputesTest, TakingOneBackCountsTooButMayBeRepented) {
  for (const char* what : {"why?", "why?", "why?"}) {
    withdraw(open(line, "40.00", "acme", what).number);
  }
  EXPECT_THAT(error_of([&] { open(line, "40.00"); }), HasSubstr("disputed 3 times"));
}

TEST_F(DisputesTest, WhatCannotBeDisputedIsRefused) {
  EXPECT_THAT(error_of([&] { open(line, "0.00"); }), HasSubstr("above zero"));
  EXPECT_THAT(error_of([&] { open(line, "-1.00"); }), HasSubstr("above zero"));
  EXPECT_THAT(error_of([&] { open(99, "1.00"); }), HasSubstr("has lines 1 to "));
  EXPECT_EQ(error_of([&] { open(line, "1.00", "globex"); }),
            "there is no document '" + invoice + "'");
  EXPECT_THAT(error_of([&] { open(line, "1.00", "acme", ""); }), HasSubstr("needs a message"));
  void_document(*connection, world.versions(), {invoice, VoidMode::kWaive, "wrong"}, world.now());
  EXPECT_EQ(error_of([&] { open(line, "1.00"); }), invoice + " is void");
}

TEST_F(DisputesTest, OneEndsOnceInACreditNoteThatItNames) {
  const Dispute dispute = open(line, "40.00");
  const Dispute credited = credit(dispute.number);
  EXPECT_EQ(credited.state, "credited");
  EXPECT_EQ(credited.credit_note, world.last_document("acme").number);
  EXPECT_EQ(world.last_document("acme").total.to_string(), "-40.00");
  EXPECT_EQ(world.balance("acme"), "60.00");
  EXPECT_EQ(error_of([&] { refuse(dispute.number); }), "dispute 1 is credited already");
  EXPECT_EQ(error_of([&] { withdraw(dispute.number); }), "dispute 1 is credited already");
  EXPECT_EQ(error_of([&] { credit(7); }), "there is no dispute 7");
}

TEST_F(DisputesTest, ARefusalHasAReason) {
  open(line, "40.00");
  EXPECT_THAT(error_of([&] { refuse(1, ""); }), HasSubstr("a refusal needs a reason"));
  EXPECT_EQ(refuse(1).reason, "it ran");
}

TEST_F(DisputesTest, APartOfAWholeDocumentIsCreditedByLines) {
  open(std::nullopt, "30.00");
  EXPECT_THAT(error_of([&] { credit(1); }), HasSubstr("say which lines are credited"));
  credit(1, {{line, money::Decimal::parse("25.00")}});
  EXPECT_EQ(world.balance("acme"), "75.00");
}

TEST_F(DisputesTest, MailsGoToTheCustomerAndTheOperator) {
  open(line, "40.00");
  refuse(1);
  EXPECT_EQ(
      world.text("select string_agg(message_key || ' ' || recipient, ', ' order by message_key) "
                 "from outbox where kind = 'dispute'"),
      "dispute:1:open billing@acme.example, dispute:1:open:operator billing-operator@localhost, "
      "dispute:1:refused billing@acme.example, "
      "dispute:1:refused:operator billing-operator@localhost");
}

TEST_F(DisputesTest, DunningWaitsForItAndGivesBackWhatWasWrong) {
  dun("2026-11-22");
  dun("2026-12-06");  // 10.00
  open(std::nullopt, std::nullopt);
  dun("2026-12-20");
  EXPECT_EQ(world.number("select count(*) from dunning_step"), 2);
  credit(1);
  dun("2026-12-21");
  EXPECT_EQ(world.text("select reason from dunning_end"), "credited");
  EXPECT_EQ(
      world.text("select string_agg(step || ' ' || reason, ', ' order by step) from dunning_undo"),
      "first-reminder the document was credited, second-reminder the document was credited");
  EXPECT_EQ(
      world.text("select string_agg(price::text, ' ' order by manual_charge) from manual_charge"),
      "10 -10");
}

}  // namespace

}  // namespace reckoner::engine
