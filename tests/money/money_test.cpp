#include "money/money.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "money/reference.hpp"

namespace reckoner::money {
namespace {

using testing::ElementsAre;

Money usd(std::string_view amount) {
  return Money(Decimal::parse(amount), Currency::of("USD"));
}

std::vector<std::string> split(const Money& whole, const std::vector<Decimal>& weights) {
  std::vector<std::string> texts;
  for (const Money& part : allocate(whole, weights)) texts.push_back(part.to_string());
  return texts;
}

std::string to_usd(const Ratio& exact, Rounding rounding = Rounding::kHalfAwayFromZero) {
  return round_to_currency(exact, Currency::of("USD"), rounding).to_string();
}

TEST(Money, PrintsAllMinorDigits) {
  EXPECT_EQ(usd("12.5").to_string(), "12.50");
  EXPECT_EQ(usd("-3").to_string(), "-3.00");
  EXPECT_EQ(Money(Decimal(1200), Currency::of("JPY")).to_string(), "1200");
  EXPECT_EQ(Money(Currency::of("BHD")).to_string(), "0.000");
  EXPECT_EQ(Money(Decimal::from_parts(12500, 3), Currency::of("USD")).to_string(), "12.50");
}

TEST(Money, RefusesWhatItCannotHold) {
  EXPECT_THROW(usd("0.001"), Error);
  EXPECT_THROW(Money(Decimal::parse("0.5"), Currency::of("JPY")), Error);
  const Money yen(Decimal(1), Currency::of("JPY"));
  EXPECT_THROW(usd("1") + yen, Error);
  EXPECT_THROW(usd("1") - yen, Error);
  EXPECT_THROW((void)(usd("1") < yen), Error);
  EXPECT_FALSE(usd("1") == yen);
}

TEST(Money, AddsAndCompares) {
  Money sum = usd("0.10");
  sum += usd("0.20");
  EXPECT_EQ(sum, usd("0.3"));
  sum -= usd("1");
  EXPECT_EQ(sum, -usd("0.70"));
  EXPECT_LT(sum, usd("0"));
  EXPECT_EQ(sum.sign(), -1);
}

TEST(RoundToCurrency, KnownAmounts) {
  EXPECT_EQ(to_usd(usd("100.00") * Ratio(15, 31)), "48.39");
  EXPECT_EQ(to_usd(Ratio(15, 31) * usd("100.00")), "48.39");
  EXPECT_EQ(to_usd(usd("100.00") * Ratio(5, 31)), "16.13");
  EXPECT_EQ(to_usd(Decimal(464) * Decimal::parse("0.03")), "13.92");
  EXPECT_EQ(to_usd(Decimal(640) * Decimal::parse("0.02")), "12.80");
  EXPECT_EQ(to_usd(Decimal::parse("-0.125")), "-0.13");
  EXPECT_EQ(to_usd(Decimal::parse("-0.125"), Rounding::kHalfEven), "-0.12");
  EXPECT_EQ(
      round_to_currency(Decimal::parse("1.2345"), Currency::of("BHD"), Rounding::kHalfAwayFromZero)
          .to_string(),
      "1.235");
  EXPECT_EQ(
      round_to_currency(Decimal::parse("1234.5"), Currency::of("JPY"), Rounding::kHalfAwayFromZero)
          .to_string(),
      "1235");
}

TEST(Allocate, LargestRemainderTiesToTheEarlier) {
  EXPECT_THAT(split(usd("100"), {1, 1, 1}), ElementsAre("33.34", "33.33", "33.33"));
  EXPECT_THAT(split(usd("0.05"), {1, 1, 1}), ElementsAre("0.02", "0.02", "0.01"));
  EXPECT_THAT(split(usd("-0.05"), {1, 1, 1}), ElementsAre("-0.02", "-0.02", "-0.01"));
  EXPECT_THAT(split(usd("0.05"), {3, 7}), ElementsAre("0.02", "0.03"));
  EXPECT_THAT(split(usd("100"), {1, 2, 3}), ElementsAre("16.67", "33.33", "50.00"));
  EXPECT_THAT(split(usd("0.01"), {1, 100}), ElementsAre("0.00", "0.01"));
  EXPECT_THAT(split(usd("0.01"), {Decimal::parse("0.5"), Decimal::from_parts(500, 3)}),
              ElementsAre("0.01", "0.00"));
  EXPECT_THAT(split(usd("7"), {5}), ElementsAre("7.00"));
}

TEST(Allocate, ZeroWeights) {
  EXPECT_THAT(split(usd("0.05"), {0, 0, 1}), ElementsAre("0.00", "0.00", "0.05"));
  EXPECT_THAT(split(usd("0.05"), {0, 0, 0}), ElementsAre("0.02", "0.02", "0.01"));
  EXPECT_THAT(split(usd("0"), {1, 2}), ElementsAre("0.00", "0.00"));
}

TEST(Allocate, Refuses) {
  EXPECT_THROW(split(usd("1"), {}), Error);
  EXPECT_THROW(split(usd("1"), {1, -1}), Error);
  EXPECT_THROW(split(usd("1"), {Decimal::parse("1e37"), Decimal::parse("1e-37")}), Error);
  EXPECT_THROW(split(usd("1"), {Decimal::parse("6e37"), Decimal::parse("6e37")}), Error);
}

TEST(Allocate, WeightsBeyondMachineWords) {
  EXPECT_THAT(split(usd("10000000000000000"), {Decimal::parse("1e36"), Decimal::parse("2e36")}),
              ElementsAre("3333333333333333.33", "6666666666666666.67"));
}

RC_GTEST_PROP(AllocateProperty, FollowsTheRule, ()) {
  const int weight_digits = *rc::gen::element(2, 9, 30);
  const int amount_digits = *rc::gen::element(3, 18);
  const Decimal amount = Decimal::from_parts((*any_decimal(amount_digits)).coefficient(), 2);
  const Money whole(amount, Currency::of("USD"));
  const auto count = *rc::gen::inRange<std::size_t>(1, 8);
  std::vector<Decimal> weights;
  for (std::size_t i = 0; i < count; ++i) {
    const Int128 coefficient = (*any_decimal(weight_digits)).coefficient();
    weights.push_back(Decimal::from_parts(coefficient, 6).abs());
  }

  const std::vector<Money> parts = allocate(whole, weights);
  RC_ASSERT(parts.size() == weights.size());
  Money sum(whole.currency());
  for (const Money& part : parts) sum += part;
  RC_ASSERT(sum == whole);

  const std::vector<Money> mirrored = allocate(-whole, weights);
  for (std::size_t i = 0; i < count; ++i) RC_ASSERT(mirrored[i] == -parts[i]);

  Exact total{0, 1};
  for (const Decimal& weight : weights) total = total + Exact::of(weight);
  if (total.numerator == 0) return;
  // Every part is its exact share cut to cents, or one cent more; who got the cent had a remainder
  // no smaller than who did not, and stood earlier when it was equal.
  const auto share = [&](std::size_t i) {
    return Exact::of(whole.amount().abs() * Decimal(100)) * Exact::of(weights[i]) *
           Exact{total.denominator, total.numerator};
  };
  const auto cut = [&](std::size_t i) { return share(i).rounded(0, Rounding::kFloor); };
  const auto has_cent = [&](std::size_t i) {
    return Exact::of(parts[i].amount().abs() * Decimal(100)) == Exact{cut(i) + 1, 1};
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (!has_cent(i)) {
      RC_ASSERT(Exact::of(parts[i].amount().abs() * Decimal(100)) == (Exact{cut(i), 1}));
    }
    if (weights[i].is_zero()) RC_ASSERT(parts[i].is_zero());
    for (std::size_t j = 0; j < count; ++j) {
      if (!has_cent(i) || has_cent(j)) continue;
      const int order = (share(i) - Exact{cut(i), 1}).compare(share(j) - Exact{cut(j), 1});
      RC_ASSERT(order > 0 || (order == 0 && i < j));
    }
  }
}

}  // namespace
}  // namespace reckoner::money
