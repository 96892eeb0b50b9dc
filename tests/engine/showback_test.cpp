// Customers who are shown what they would cost: documents of their own kind and series that ask for
// nothing, until they are billed.

#include <gmock/gmock.h>

#include "accounts/billing_modes.hpp"
#include "engine/corrections.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using domain::BillingMode;
using domain::DocumentKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Showback : public test::BillingTest {
 protected:
  Showback() {
    world.set_clock("2026-10-01T00:00:00Z");
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-10-01");
  }

  accounts::Changed mode(std::string_view from, BillingMode mode) {
    auto connection = world.connect();
    const auto active =
        world.versions().load(connection, world.versions().active(connection).value());
    const accounts::ChangeRules rules{active->configuration(), world.now(), {}};
    return accounts::set_billing_mode(connection, rules, "acme", {time::parse_date(from), mode});
  }

  std::vector<std::string> kinds() {
    std::vector<std::string> all;
    for (const domain::Document& document : world.documents("acme")) {
      std::string kind = document.number;
      for (const std::string& line : test::charged(document)) kind += ", " + line;
      all.push_back(std::move(kind));
    }
    return all;
  }
};

TEST_F(Showback, ShowsWhatItWouldCostAndAsksForNothing) {
  mode("2026-10-01", BillingMode::kShowback);
  world.pay("acme", "20.00", "2026-10-20", "bank-1");
  world.run("2026-11-01T02:00:00Z");
  const domain::Document shown = world.last_document("acme");
  EXPECT_EQ(shown.kind, DocumentKind::kShowback);
  EXPECT_EQ(shown.number, "SB-INV-2026-000001");
  EXPECT_GT(shown.total.amount(), money::Decimal(0));
  EXPECT_EQ(shown.credits_total, shown.total);
  EXPECT_TRUE(shown.carried_forward.is_zero());
  EXPECT_TRUE(shown.brought_forward.is_zero());
  EXPECT_THAT(shown.payments, IsEmpty());
  EXPECT_THAT(shown.taxes, IsEmpty());
  EXPECT_EQ(world.balance("acme"), "-20.00");
  EXPECT_EQ(world.number("select count(*) from posting where entry like 'document:%'"), 0);
  EXPECT_EQ(world.number("select count(*) from outbox"), 0);
}

TEST_F(Showback, EachPeriodIsShownOrBilledOnce) {
  mode("2026-10-01", BillingMode::kShowback);
  world.run("2026-11-01T02:00:00Z");
  mode("2026-12-01", BillingMode::kChargeback);
  world.run("2026-12-01T02:00:00Z");
  world.run("2027-01-01T02:00:00Z");
  EXPECT_THAT(kinds(), ElementsAre("SB-INV-2026-000001, 2026-10 subscription 500.00",
                                   "SB-INV-2026-000002, 2026-11 subscription 500.00",
                                   "INV-2027-000001, 2026-12 subscription 500.00"));
  EXPECT_EQ(world.balance("acme"), "500.00");
  world.run_by_hand({.true_ups = true});
  EXPECT_EQ(world.documents("acme").size(), 3U);
}

TEST_F(Showback, LateUsageOfAShownPeriodIsShown) {
  mode("2026-10-01", BillingMode::kShowback);
  world.run("2026-11-01T02:00:00Z");
  mode("2026-11-01", BillingMode::kChargeback);
  world.bandwidth("acme", "30000", "2026-10-20T10:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  const auto documents = world.documents("acme");
  ASSERT_EQ(documents.size(), 3U);
  for (const domain::Document& document : documents) {
    for (const std::string& line : test::all_lines(document)) {
      EXPECT_EQ(document.kind == DocumentKind::kShowback, line.starts_with("2026-10")) << line;
    }
  }
}

TEST_F(Showback, NoPeriodThatWasIssuedTurns) {
  mode("2026-10-01", BillingMode::kShowback);
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(test::error_of([&] { mode("2026-10-01", BillingMode::kChargeback); }),
              HasSubstr("period 2026-10 (2026-10-01 to 2026-10-31) was shown already; another mode "
                        "can begin on 2026-11-01 at the earliest"));
  EXPECT_TRUE(mode("2026-10-15", BillingMode::kChargeback).changed);
  EXPECT_FALSE(mode("2026-11-01", BillingMode::kChargeback).changed);
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(test::error_of([&] { mode("2026-11-01", BillingMode::kShowback); }),
              HasSubstr("period 2026-11 (2026-11-01 to 2026-11-30) was billed already"));
}

TEST_F(Showback, CannotBeCorrectedByHand) {
  mode("2026-10-01", BillingMode::kShowback);
  world.run("2026-11-01T02:00:00Z");
  auto connection = world.connect();
  const std::string number = world.last_document("acme").number;
  EXPECT_THAT(test::error_of([&] {
                void_document(connection, world.versions(), {number, VoidMode::kRebill, "wrong"},
                              world.now());
              }),
              HasSubstr("shows costs and bills nothing"));
}

TEST_F(Showback, TheInterimInvoiceIsOne) {
  mode("2026-10-01", BillingMode::kShowback);
  const InterimInvoice interim = world.one_interim("acme", "2026-10-16T00:00:00Z");
  EXPECT_EQ(interim.document.kind, DocumentKind::kShowback);
  EXPECT_TRUE(interim.document.carried_forward.is_zero());
}

TEST_F(Showback, HasPricesOfItsOwn) {
  world.apply(test::edited(test::with_plans(test::flat_plan("AtCost", "12.50")),
                           "billing-config.xml", "<engine id=\"monthly\">",
                           "<engine id=\"monthly\"><showback><instead plan=\"Professional\" "
                           "use=\"AtCost\"/></showback>"));
  mode("2026-10-01", BillingMode::kShowback);
  mode("2026-11-01", BillingMode::kChargeback);
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(world.last_document("acme").total.to_string(), "12.50");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(world.last_document("acme").total.to_string(), "500.00");
}

TEST_F(Showback, AnEngineOnlyShows) {
  world.apply(test::edited(world.files(), "billing-config.xml", "<engine id=\"monthly\">",
                           "<engine id=\"monthly\" documents=\"showback\">"));
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(world.last_document("acme").kind, DocumentKind::kShowback);
  EXPECT_EQ(world.balance("acme"), "0.00");
  // Another version turns what is new, and keeps what was shown.
  world.apply(test::edited(world.files(), "billing-config.xml", " documents=\"showback\"", ""));
  world.bandwidth("acme", "30000", "2026-10-20T10:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_EQ(world.documents("acme").size(), 3U);
}

}  // namespace

}  // namespace reckoner::engine
