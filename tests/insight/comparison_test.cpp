#include "insight/comparison.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

namespace reckoner::insight {
namespace {

using money::Decimal;
using money::Money;

const money::Currency kEur = money::Currency::of("EUR");

Money eur(std::string_view amount) {
  return {Decimal::parse(amount), kEur};
}

ChargeCost cost(std::string_view amount, int quantity, std::string_view true_up = "0") {
  return {.plan = "Professional",
          .amount = Decimal::parse(amount),
          .true_up = Decimal::parse(true_up),
          .quantity = quantity};
}

void expect_parts(const ChangeParts& parts, std::string_view quantity, std::string_view price,
                  std::string_view plan, std::string_view true_up) {
  EXPECT_EQ(parts.quantity, eur(quantity));
  EXPECT_EQ(parts.price, eur(price));
  EXPECT_EQ(parts.plan, eur(plan));
  EXPECT_EQ(parts.true_up, eur(true_up));
}

TEST(Comparison, MoreUsageAtOtherPrices) {
  ChargePair pair{"bandwidth", cost("30.00", 1'000), cost("80.00", 2'000), Decimal(58), true};
  expect_parts(split_change(pair, kEur), "28.00", "22.00", "0", "0");
  pair.at_old_prices.reset();
  expect_parts(split_change(pair, kEur), "30.00", "20.00", "0", "0");
}

TEST(Comparison, TheSameUsageAtAnotherPriceIsPrice) {
  expect_parts(split_change({"fee", cost("100.00", 1), cost("110.00", 1), {}, true}, kEur), "0",
               "10.00", "0", "0");
}

TEST(Comparison, AnotherPlanIsPlan) {
  ChargePair pair{"fee", cost("100.00", 1), cost("500.00", 1), Decimal(100), true};
  pair.now->plan = "Enterprise";
  expect_parts(split_change(pair, kEur), "0", "0", "400.00", "0");
}

TEST(Comparison, WhatIsOnOneDocumentOnlyWasUsedOrIsOfAnotherPlan) {
  expect_parts(split_change({"sms", {}, cost("7.00", 70), {}, true}, kEur), "7.00", "0", "0", "0");
  expect_parts(split_change({"sms", {}, cost("7.00", 70), {}, false}, kEur), "0", "0", "7.00", "0");
  expect_parts(split_change({"sms", cost("7.00", 70, "1.00"), {}, {}, true}, kEur), "-7.00", "0",
               "0", "-1.00");
}

TEST(Comparison, CorrectionsOfBothDocumentsCount) {
  expect_parts(
      split_change({"sms", cost("7.00", 70, "1.00"), cost("7.00", 70, "-2.50"), {}, true}, kEur),
      "0", "0", "0", "-3.50");
}

RC_GTEST_PROP(Comparison, ThePartsSumToTheDifference, ()) {
  const auto cents = rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000);
  const auto side = [&]() -> std::optional<ChargeCost> {
    if (*rc::gen::inRange(0, 5) == 0) return std::nullopt;
    return ChargeCost{.plan = *rc::gen::element<std::string>("A", "B"),
                      .amount = Decimal::from_parts(*cents, 2),
                      .true_up = Decimal::from_parts(*cents, 2),
                      .quantity = Decimal::from_parts(*rc::gen::inRange<std::int64_t>(0, 99'999),
                                                      *rc::gen::inRange(0, 6))};
  };
  ChargePair pair{.charge = "x", .before = side(), .now = side(), .at_old_prices = std::nullopt};
  if (*rc::gen::arbitrary<bool>()) pair.at_old_prices = Decimal::from_parts(*cents, 2);
  pair.same_plan = *rc::gen::arbitrary<bool>();
  const auto all = [](const std::optional<ChargeCost>& cost) {
    return cost ? cost->amount + cost->true_up : Decimal(0);
  };
  const ChangeParts parts = split_change(pair, kEur);
  RC_ASSERT(parts.total.amount() == all(pair.now) - all(pair.before));
  RC_ASSERT(parts.quantity + parts.price + parts.plan + parts.true_up == parts.total);
}

std::optional<std::string> sentence_of(std::string_view title, const ChargePair& pair) {
  const auto change = large_change(pair, split_change(pair, kEur), eur("544.00"));
  return change ? std::optional(sentence_on(title, *change)) : std::nullopt;
}

TEST(Comparison, LargeChangesGetASentence) {
  const ChargePair pair{"bandwidth", cost("44.00", 1'000), cost("74.00", 1'500), Decimal(80), true};
  EXPECT_EQ(sentence_of("Bandwidth", pair),
            "Bandwidth costs 30.00 EUR more (+68 %): 36.00 for more usage, less 6.00 for lower "
            "prices.");
  const ChargePair gone{"sms", cost("4400.00", 10), {}, {}, false};
  EXPECT_EQ(sentence_of("SMS", gone),
            "SMS costs 4,400.00 EUR less (-100 %): 4,400.00 for a plan that has it no more.");
}

TEST(Comparison, SmallChangesGetNone) {
  const ChargePair part{"fee", cost("500.00", 1), cost("540.00", 1), {}, true};
  EXPECT_EQ(sentence_of("Fee", part), std::nullopt);
  const ChargePair trifle{"sms", cost("0.10", 1), cost("0.90", 9), {}, true};
  EXPECT_EQ(sentence_of("SMS", trifle), std::nullopt);
}

}  // namespace
}  // namespace reckoner::insight
