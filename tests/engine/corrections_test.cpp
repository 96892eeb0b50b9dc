// What people take back by hand: voids and credit notes, in the books and in what is billed next.

#include "engine/corrections.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "store/document_rows.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::charged;
using test::error_of;
using test::sums;
using testing::ElementsAre;
using testing::IsEmpty;

class CorrectionsTest : public test::BillingTest {
 protected:
  void SetUp() override {
    world.customer("acme");
    world.subscribe("acme", "SMB", "2026-10-01");
  }
  domain::Document undo(const std::string& number, VoidMode mode) {
    auto connection = world.connect();
    return void_document(connection, world.versions(), {number, mode, "billed by mistake"},
                         world.now());
  }
  domain::Document credit(const std::string& number, std::vector<CreditedLine> lines,
                          invoicing::CreditNature nature) {
    auto connection = world.connect();
    return credit_note(connection, world.versions(), {number, std::move(lines), nature, "sorry"},
                       world.now());
  }
};

TEST_F(CorrectionsTest, AVoidWithRebillReachesTheBalanceAndBillsThePeriodAgain) {
  world.run("2026-11-01T02:00:00Z");
  const domain::Document invoice = world.last_document("acme");
  EXPECT_EQ(world.balance("acme"), "100.00");
  const domain::Document answer = undo(invoice.number, VoidMode::kRebill);
  EXPECT_EQ(answer.kind, domain::DocumentKind::kCreditNote);
  EXPECT_EQ(answer.number, "CN-2026-000001");
  EXPECT_EQ(answer.corrects_number, invoice.number);
  EXPECT_EQ(sums(answer), "100.00 + -100.00 - 0.00 = 0.00");
  EXPECT_EQ(world.balance("acme"), "0.00");
  world.run("2026-11-02T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up subscription 100.00"));
  EXPECT_EQ(world.balance("acme"), "100.00");
}

TEST_F(CorrectionsTest, AVoidThatWaivesIsNeverBilledAgain) {
  world.run("2026-11-01T02:00:00Z");
  undo(world.last_document("acme").number, VoidMode::kWaive);
  EXPECT_EQ(world.run("2026-11-02T02:00:00Z").counts.invoiced, 0);
  EXPECT_EQ(world.balance("acme"), "0.00");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-11 subscription 100.00"));
}

TEST_F(CorrectionsTest, VoidingADocumentThatCarriesATrueUpReopensBothPeriods) {
  world.run("2026-11-01T02:00:00Z");
  world.cartridge("acme", "34", "2026-10-20T10:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  const domain::Document november = world.last_document("acme");
  EXPECT_THAT(charged(november),
              ElementsAre("2026-10 true-up cartridge 1.00", "2026-11 subscription 100.00"));
  undo(november.number, VoidMode::kRebill);
  world.run("2026-12-02T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up cartridge 1.00", "2026-11 true-up subscription 100.00"));
}

TEST_F(CorrectionsTest, PaymentsStayWithTheCustomer) {
  world.pay("acme", "100.00", "2026-10-20", "early");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(world.balance("acme"), "0.00");
  undo(world.last_document("acme").number, VoidMode::kWaive);
  EXPECT_EQ(world.balance("acme"), "-100.00");
}

TEST_F(CorrectionsTest, AConcessionIsNotBilledAgainAndACorrectionWaitsForItsFact) {
  world.run("2026-11-01T02:00:00Z");
  const std::string number = world.last_document("acme").number;
  const domain::Document favour =
      credit(number, {{1, money::Decimal(30)}}, invoicing::CreditNature::kConcession);
  EXPECT_EQ(favour.number, "CN-2026-000001");
  EXPECT_EQ(sums(favour), "100.00 + -30.00 - 0.00 = 70.00");
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).counts.invoiced, 0);

  // The fact behind a correction: the subscription ended on the 16th.
  credit(number, {{1, money::Decimal(50)}}, invoicing::CreditNature::kCorrection);
  world.subscribe("acme", "SMB", "2026-10-01", "2026-10-16");
  world.run("2026-11-03T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up subscription -1.61"));
  EXPECT_EQ(world.balance("acme"), "18.39");  // 48.39 deserved, less the favour of 30
}

TEST_F(CorrectionsTest, NeverMoreThanWasBilled) {
  world.run("2026-11-01T02:00:00Z");
  const std::string number = world.last_document("acme").number;
  credit(number, {{1, money::Decimal(80)}}, invoicing::CreditNature::kConcession);
  EXPECT_THAT(error_of([&] {
                credit(number, {{1, money::Decimal(21)}}, invoicing::CreditNature::kConcession);
              }),
              testing::AllOf(testing::HasSubstr("100"), testing::HasSubstr("101")));
  EXPECT_EQ(world.balance("acme"), "20.00");
}

TEST_F(CorrectionsTest, WhatCannotBeVoidedIsSaid) {
  world.run("2026-11-01T02:00:00Z");
  const std::string number = world.last_document("acme").number;
  EXPECT_EQ(error_of([&] { undo("INV-2026-000099", VoidMode::kWaive); }),
            "there is no document 'INV-2026-000099'");
  const domain::Document note =
      credit(number, {{1, money::Decimal(1)}}, invoicing::CreditNature::kConcession);
  EXPECT_EQ(error_of([&] { undo(number, VoidMode::kWaive); }),
            number + " has been credited in part, by " + note.number + ": void that first");
  undo(note.number, VoidMode::kWaive);
  const domain::Document answer = undo(number, VoidMode::kWaive);
  EXPECT_EQ(error_of([&] { undo(number, VoidMode::kWaive); }),
            number + " is void already, by " + answer.number);
  EXPECT_EQ(error_of([&] { undo(answer.number, VoidMode::kWaive); }),
            answer.number + " voids " + number + ": it cannot be corrected itself");
}

}  // namespace

}  // namespace reckoner::engine
