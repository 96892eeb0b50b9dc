#include "engine/document_comparison.hpp"

#include <gmock/gmock.h>

#include "engine/corrections.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DocumentComparisonTest : public test::BillingTest {
 protected:
  DocumentComparison compared(const std::string& customer = "acme") {
    store::Connection connection = world.connect();
    const domain::Document last = world.last_document(customer);
    return compare_with_before(connection, world.versions(), {last.customer, last.ordinal});
  }
  /// "bandwidth 30.00 = 30.00 + 0.00 + 0.00 + 0.00" of what has changed.
  static std::vector<std::string> changes(const DocumentComparison& comparison) {
    std::vector<std::string> texts;
    for (const auto& charge : comparison.charges) {
      if (charge.parts.total.is_zero()) continue;
      texts.push_back(charge.charge + " " + charge.parts.total.to_string() + " = " +
                      charge.parts.quantity.to_string() + " + " + charge.parts.price.to_string() +
                      " + " + charge.parts.plan.to_string() + " + " +
                      charge.parts.true_up.to_string());
    }
    return texts;
  }
  void bill_september() {
    world.set_clock("2026-09-01T00:00:00Z");
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-09-01");
    world.bandwidth("acme", "2000", "2026-09-10T10:00:00Z");
    world.run("2026-10-01T02:00:00Z");
  }
};

TEST_F(DocumentComparisonTest, TheFirstDocumentHasNothingBesideIt) {
  bill_september();
  const auto comparison = compared();
  EXPECT_FALSE(comparison.before.has_value());
  EXPECT_THAT(comparison.charges, IsEmpty());
}

TEST_F(DocumentComparisonTest, MoreUsageIsQuantityAndAMonthOfAnotherLengthIsNothing) {
  bill_september();
  world.bandwidth("acme", "3000", "2026-10-10T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  const auto comparison = compared();
  EXPECT_THAT(changes(comparison), ElementsAre("bandwidth 30.00 = 30.00 + 0.00 + 0.00 + 0.00"));
  EXPECT_EQ(comparison.before->periods, "2026-09");
  EXPECT_EQ(comparison.now.periods, "2026-10");
  EXPECT_EQ(insight::sentence_on(comparison.charges[0].title, comparison.charges[0].large.value()),
            "Bandwidth costs 30.00 USD more (+216 %): 30.00 for more usage.");
  std::vector<std::string> titles;
  for (const auto& charge : comparison.charges) titles.push_back(charge.title);
  EXPECT_THAT(titles, testing::Contains("Professional subscription"))
      << "as the plan has it, without the days of the line";
}

TEST_F(DocumentComparisonTest, AnotherPriceIsPriceAndAllowancesCount) {
  bill_september();
  world.apply(test::edited(world.files(), "pricing/stratoslive.xml", "0.03", "0.05"));
  world.bandwidth("acme", "3000", "2026-10-10T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  // 1,464 MB beyond the allowance at 0.03 would have been 43.92, and are 73.20.
  const auto changed = changes(compared());
  EXPECT_THAT(changed, testing::Contains("bandwidth 59.28 = 30.00 + 29.28 + 0.00 + 0.00"));
}

TEST_F(DocumentComparisonTest, LateUsageIsATrueUp) {
  bill_september();
  world.bandwidth("acme", "100", "2026-09-12T10:00:00Z");
  world.bandwidth("acme", "2000", "2026-10-10T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(changes(compared()), ElementsAre("bandwidth 3.00 = 0.00 + 0.00 + 0.00 + 3.00"));
}

TEST_F(DocumentComparisonTest, AnotherPlanIsPlan) {
  bill_september();
  world.subscribe("acme", "Professional", "2026-09-01", "2026-10-01");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  const auto comparison = compared();
  for (const auto& charge : comparison.charges) {
    EXPECT_TRUE(charge.parts.quantity.is_zero()) << charge.charge;
    EXPECT_TRUE(charge.parts.price.is_zero()) << charge.charge;
  }
  EXPECT_EQ(comparison.parts.plan, comparison.parts.total);
  EXPECT_LT(comparison.parts.plan.sign(), 0);
}

TEST_F(DocumentComparisonTest, WhatIsVoidedLaterStaysBesideIt) {
  bill_september();
  const std::string september = world.last_document("acme").number;
  world.bandwidth("acme", "3000", "2026-10-10T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  const domain::Document october = world.last_document("acme");
  store::Connection connection = world.connect();
  void_document(connection, world.versions(), {september, VoidMode::kWaive, "a gift"}, world.now());
  const auto comparison = compare_with_before(connection, world.versions(), october);
  EXPECT_EQ(comparison.before->number, september);
}

}  // namespace
}  // namespace reckoner::engine
