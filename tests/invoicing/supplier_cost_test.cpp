#include "invoicing/supplier_cost.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

using money::Decimal;
using money::Money;
using testing::ElementsAre;

const money::Currency kUsd = money::Currency::of("USD");

domain::SupplierPrice price_of(domain::Rate rate) {
  domain::SupplierPrice price{"cloud", "Cloud", kUsd, {}};
  price.charge.name = "transit";
  price.charge.source =
      domain::OfMeters{.meters = {"bandwidth"}, .unit = "GB", .unit_size = Decimal(1000)};
  price.charge.terms.push_back(
      {.effective = std::nullopt, .model = rate, .minimum = {}, .maximum = {}});
  return price;
}

domain::SupplierPrice per_unit(const char* price) {
  return price_of(domain::PerUnit{Decimal::parse(price)});
}

std::vector<std::string> costs(const domain::SupplierPrice& price,
                               const std::vector<Decimal>& quantities) {
  std::vector<std::string> texts;
  for (const Money& cost : supplier_cost(price, time::parse_date("2026-10-01"), quantities,
                                         money::Rounding::kHalfAwayFromZero)) {
    texts.push_back(cost.to_string());
  }
  return texts;
}

TEST(SupplierCost, IsDividedByQuantity) {
  EXPECT_THAT(costs(per_unit("0.03"), {1000, 2000, 0}), ElementsAre("0.03", "0.06", "0.00"));
}

TEST(SupplierCost, TiersCountOnceForEverybodyTogether) {
  domain::Graduated tiers;
  tiers.tiers = {{.up_to = Decimal(10), .price = Decimal(1), .fee = 0},
                 {.up_to = std::nullopt, .price = Decimal::parse("0.5"), .fee = 0}};
  // 10 at 1.00 and 20 at 0.50: 20.00, not 10 + 10 + 5 for each alone.
  EXPECT_THAT(costs(price_of(tiers), {10'000, 20'000}), ElementsAre("6.67", "13.33"));
}

TEST(SupplierCost, LaterTermsCountFromTheirMonthOn) {
  domain::SupplierPrice price = per_unit("1");
  price.charge.terms.push_back({.effective = time::parse_date("2026-10-02"),
                                .model = domain::Rate(domain::PerUnit{9}),
                                .minimum = {},
                                .maximum = {}});
  EXPECT_THAT(costs(price, {1000}), ElementsAre("1.00"));
  price.charge.terms.back().effective = time::parse_date("2026-10-01");
  EXPECT_THAT(costs(price, {1000}), ElementsAre("9.00"));
}

TEST(SupplierCost, AMonthOfNothingCostsNothing) {
  domain::SupplierPrice price = per_unit("1");
  price.charge.terms.front().minimum = Decimal(100);
  EXPECT_THAT(costs(price, {0, 0}), ElementsAre("0.00", "0.00"));
  EXPECT_THAT(costs(price, {1, 0}), ElementsAre("100.00", "0.00"));
}

TEST(SupplierCost, AQuantityWithoutAPriceIsAnErrorThatNamesTheSupplier) {
  domain::Volume tiers;
  tiers.tiers = {{.up_to = Decimal(1), .price = Decimal(1), .fee = 0}};
  try {
    costs(price_of(tiers), {5000});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("supplier cloud, transit"));
  }
}

RC_GTEST_PROP(SupplierCost, PartsSumToTheBillOfAll, ()) {
  const auto cents = *rc::gen::inRange<std::int64_t>(0, 100'000);
  const domain::SupplierPrice price =
      price_of(domain::PerUnit{Decimal(cents) * Decimal::parse("0.0001")});
  std::vector<Decimal> quantities;
  Decimal sum;
  const auto count = *rc::gen::inRange(1, 20);
  for (int i = 0; i < count; ++i) {
    quantities.emplace_back(*rc::gen::inRange<std::int64_t>(0, 1'000'000));
    sum += quantities.back();
  }
  Money parts(kUsd);
  for (const Money& cost : supplier_cost(price, time::parse_date("2026-10-01"), quantities,
                                         money::Rounding::kHalfAwayFromZero)) {
    RC_ASSERT(cost.amount().sign() >= 0);
    parts += cost;
  }
  const Money whole = money::round_to_currency(
      money::Ratio(sum * Decimal(cents) * Decimal::parse("0.0001"), Decimal(1000)), kUsd,
      money::Rounding::kHalfAwayFromZero);
  RC_ASSERT(parts == whole);
}

TEST(MeasuredQuantity, IsWhatTheStretchesMeasured) {
  ChargeFacts facts;
  EXPECT_EQ(measured_quantity(facts, 0), Decimal(0));
  facts.stretches.resize(2);
  facts.stretches[0].before.quantity = 5;
  facts.stretches[0].through.quantity = 25;
  facts.stretches[1].before.quantity = 25;
  facts.stretches[1].through.quantity = 105;
  EXPECT_EQ(measured_quantity(facts, 0), Decimal(100));
  facts.stretches[1].through.quantity = 1;
  EXPECT_EQ(measured_quantity(facts, 0), Decimal(0));
}

TEST(MeasuredQuantity, OfGroupsTransactionsAndSeveralMeters) {
  ChargeFacts facts;
  facts.stretches.resize(1);
  facts.stretches[0].through.groups = {{0, "eu", 3}, {1, "us", 4}};
  EXPECT_EQ(measured_quantity(facts, 0), Decimal(7));
  facts.stretches[0].through.groups.clear();
  facts.stretches[0].through.transactions = {10, 20};
  EXPECT_EQ(measured_quantity(facts, 0), Decimal(30));
  facts.stretches[0].through.transactions.clear();
  facts.stretches[0].through.quantities = {8, 9};
  EXPECT_EQ(measured_quantity(facts, 1), Decimal(9));
}

}  // namespace

}  // namespace reckoner::invoicing
