#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "money/decimal.hpp"
#include "money/reference.hpp"

namespace reckoner::money {
namespace {

Ratio ratio(std::string_view numerator, std::string_view denominator) {
  return Ratio(Decimal::parse(numerator), Decimal::parse(denominator));
}

std::string rounded(const Ratio& exact, int digits, Rounding rounding) {
  return round(exact, digits, rounding).to_string();
}

TEST(Round, EveryModeOnBothSidesOfZero) {
  // In the order of kRoundings.
  struct Row {
    std::string value;
    std::vector<std::string> rounded;
  };
  const std::vector<Row> table = {
      //          away  toward even  odd   half+ half- zero  away  floor ceiling
      {"0", {"0", "0", "0", "0", "0", "0", "0", "0", "0", "0"}},
      {"0.1", {"0", "0", "0", "0", "0", "0", "0", "1", "0", "1"}},
      {"0.5", {"1", "0", "0", "1", "1", "0", "0", "1", "0", "1"}},
      {"0.51", {"1", "1", "1", "1", "1", "1", "0", "1", "0", "1"}},
      {"1.5", {"2", "1", "2", "1", "2", "1", "1", "2", "1", "2"}},
      {"2.5", {"3", "2", "2", "3", "3", "2", "2", "3", "2", "3"}},
      {"2", {"2", "2", "2", "2", "2", "2", "2", "2", "2", "2"}},
      {"-0.1", {"0", "0", "0", "0", "0", "0", "0", "-1", "-1", "0"}},
      {"-0.5", {"-1", "0", "0", "-1", "0", "-1", "0", "-1", "-1", "0"}},
      {"-1.5", {"-2", "-1", "-2", "-1", "-1", "-2", "-1", "-2", "-2", "-1"}},
      {"-2.5", {"-3", "-2", "-2", "-3", "-2", "-3", "-2", "-3", "-3", "-2"}},
      {"-2.51", {"-3", "-3", "-3", "-3", "-3", "-3", "-2", "-3", "-3", "-2"}},
      {"2.49999999999999999999999999999999999", {"2", "2", "2", "2", "2", "2", "2", "3", "2", "3"}},
  };
  for (const Row& row : table) {
    for (std::size_t mode = 0; mode < kRoundings.size(); ++mode) {
      EXPECT_EQ(rounded(Decimal::parse(row.value), 0, kRoundings[mode]), row.rounded[mode])
          << row.value << " in mode " << mode;
    }
  }
}

TEST(Round, ToWholeTensAndMore) {
  EXPECT_EQ(rounded(Decimal(1250), -2, Rounding::kHalfAwayFromZero), "1300");
  EXPECT_EQ(rounded(Decimal(1250), -2, Rounding::kHalfEven), "1200");
  EXPECT_EQ(rounded(Decimal::parse("123.456"), -1, Rounding::kCeiling), "130");
  EXPECT_EQ(rounded(Decimal::parse("-123.456"), -1, Rounding::kFloor), "-130");
  EXPECT_EQ(rounded(Decimal(49), -2, Rounding::kHalfAwayFromZero), "0");
  EXPECT_EQ(rounded(ratio("1000", "3"), -1, Rounding::kHalfEven), "330");
  EXPECT_THROW(round(Decimal(1), -38, Rounding::kCeiling), Error);
}

TEST(Round, QuotientsHaveNoIntermediateRounding) {
  EXPECT_EQ(rounded(ratio("1", "3"), 38, Rounding::kHalfEven), "0." + std::string(38, '3'));
  EXPECT_EQ(rounded(ratio("2", "3"), 38, Rounding::kHalfEven), "0." + std::string(37, '6') + "7");
  EXPECT_EQ(rounded(ratio("-2", "3"), 2, Rounding::kHalfAwayFromZero), "-0.67");
  EXPECT_EQ(rounded(ratio("2", "-3"), 2, Rounding::kHalfAwayFromZero), "-0.67");
  // Just below a half: rounding to any shorter number on the way would carry it over.
  EXPECT_EQ(rounded(ratio("99999999999999999999999999999999999999", "2e37"), 0,
                    Rounding::kHalfAwayFromZero),
            "5");
  EXPECT_EQ(rounded(ratio("49999999999999999999999999999999999999", "1e37"), 0,
                    Rounding::kHalfAwayFromZero),
            "5");
  EXPECT_EQ(rounded(ratio("44999999999999999999999999999999999999", "1e37"), 0,
                    Rounding::kHalfAwayFromZero),
            "4");
  // The shortest way through every branch: a divisor beyond 128 bits, and a dividend beyond.
  EXPECT_EQ(
      rounded(ratio("1e-38", "99999999999999999999999999999999999999"), 0, Rounding::kCeiling),
      "1");
  EXPECT_EQ(rounded(ratio("-1e-38", "99999999999999999999999999999999999999"), 0,
                    Rounding::kHalfAwayFromZero),
            "0");
  EXPECT_EQ(rounded(ratio("99999999999999999999999999999999999998",
                          "99999999999999999999999999999999999999"),
                    37, Rounding::kTowardZero),
            "0." + std::string(37, '9'));
  EXPECT_EQ(
      rounded(Decimal::parse("12345678901234567890123456789012345678"), 38, Rounding::kHalfEven),
      "12345678901234567890123456789012345678");
}

TEST(Round, Overflow) {
  EXPECT_THROW(round(ratio("1e37", "0.3"), 2, Rounding::kHalfEven), Error);
  EXPECT_THROW(round(ratio("1e37", "3"), 2, Rounding::kHalfEven), Error);
  EXPECT_THROW(round(ratio("1e37", "1e-38"), 0, Rounding::kHalfEven), Error);
  EXPECT_EQ(round(ratio("1e37", "3"), 1, Rounding::kHalfEven).to_string(),
            std::string(37, '3') + ".3");
  EXPECT_EQ(
      round(Decimal::parse("9999999999999999999999999999999999999.9"), 0, Rounding::kHalfEven),
      Decimal::parse("1e37"));
  EXPECT_THROW(round(Decimal(1), -39, Rounding::kHalfEven), Bug);
  EXPECT_THROW(round(Decimal(1), 39, Rounding::kHalfEven), Bug);
}

TEST(RoundSignificant, Table) {
  const auto significant = [](const Ratio& exact, int digits) {
    return round_significant(exact, digits, Rounding::kHalfEven).to_string();
  };
  EXPECT_EQ(significant(ratio("1", "3"), 34), "0." + std::string(34, '3'));
  EXPECT_EQ(significant(ratio("2", "300"), 3), "0.00667");
  EXPECT_EQ(significant(Decimal(12345), 2), "12000");
  EXPECT_EQ(significant(Decimal(-12500), 2), "-12000");
  EXPECT_EQ(significant(Decimal::parse("9.996"), 3), "10");
  EXPECT_EQ(significant(Decimal::parse("99950"), 3), "100000");
  EXPECT_EQ(significant(Decimal(0), 5), "0");
  EXPECT_EQ(significant(ratio("1e37", "3"), 38), std::string(37, '3') + ".3");
  EXPECT_EQ(significant(ratio("1e36", "3e-1"), 34), std::string(34, '3') + "000");
  EXPECT_EQ(significant(ratio("1e-30", "3"), 34), "0." + std::string(30, '0') + "33333333");
  EXPECT_EQ(significant(ratio("1e-38", "3"), 34), "0");
  EXPECT_THROW(significant(ratio("1e37", "1e-1"), 3), Error);
  EXPECT_THROW(significant(Decimal(1), 0), Bug);
}

TEST(Ratio, Errors) {
  EXPECT_THROW(ratio("1", "0"), Error);
  EXPECT_THROW(Ratio(Decimal(1)) / Ratio(Decimal(0)), Error);
  EXPECT_THROW(ratio("1", "99999999999999999999999999999999999997") *
                   ratio("1", "99999999999999999999999999999999999999"),
               Error);
  EXPECT_THROW(ratio("1", "99999999999999999999999999999999999997") +
                   ratio("1", "99999999999999999999999999999999999999"),
               Error);
}

TEST(Ratio, StaysSmall) {
  const Ratio large = ratio("99999999999999999999999999999999999999", "31");
  const Ratio inverse = ratio("31", "99999999999999999999999999999999999999");
  EXPECT_EQ(large * inverse, Ratio(Decimal(1)));
  EXPECT_EQ(large / large, Ratio(Decimal(1)));
  EXPECT_EQ(large - large, Ratio(Decimal(0)));
  Ratio sum = Decimal(0);
  for (int day = 0; day < 1000; ++day) sum = sum + ratio("0.1", "31");
  EXPECT_EQ(sum, ratio("100", "31"));
  Ratio harmonic = Decimal(0);
  for (int i = 1; i <= 40; ++i) harmonic = harmonic + Ratio(Decimal(1), Decimal(i));
  EXPECT_EQ(rounded(harmonic, 10, Rounding::kHalfEven), "4.2785430389");
}

TEST(Ratio, Order) {
  EXPECT_LT(ratio("1", "3"), ratio("33334", "100000"));
  EXPECT_EQ(ratio("2", "6"), ratio("0.1", "0.3"));
  EXPECT_LT(ratio("-1", "2"), ratio("-1", "3"));
  EXPECT_GT(ratio("1e37", "1e-38"), ratio("1e37", "1e-37"));
  EXPECT_LT(
      ratio("99999999999999999999999999999999999997", "99999999999999999999999999999999999998"),
      ratio("99999999999999999999999999999999999998", "99999999999999999999999999999999999999"));
}

rc::Gen<Ratio> any_ratio(int digits) {
  return rc::gen::exec([digits] {
    const Decimal denominator = *any_decimal(digits);
    return Ratio(*any_decimal(digits), denominator.is_zero() ? Decimal(31) : denominator);
  });
}

void check_rounding(const Ratio& exact, int digits, Rounding rounding) {
  const Integer expected = Exact::of(exact).rounded(digits, rounding);
  try {
    RC_ASSERT(Exact::of(round(exact, digits, rounding)) == (Exact{expected, power_of_ten(digits)}));
  } catch (const Error&) {
    RC_ASSERT(abs(expected) >= power_of_ten(38));
  }
}

RC_GTEST_PROP(RatioProperty, RoundsLikeTheReference, ()) {
  check_rounding(*any_ratio(38), *rc::gen::inRange(0, 39), *any_rounding());
}

RC_GTEST_PROP(RatioProperty, RoundsWordsLikeTheReference, ()) {
  check_rounding(*any_ratio(18), *rc::gen::inRange(0, 12), *any_rounding());
}

RC_GTEST_PROP(RatioProperty, RoundsTiesLikeTheReference, ()) {
  const Decimal whole = *any_decimal(18);
  const int digits = *rc::gen::inRange(0, 10);
  const Decimal tie = Decimal::from_parts(whole.coefficient() * 10 + 5, digits + 1);
  check_rounding(tie, digits, *any_rounding());
  check_rounding(Ratio(tie * Decimal(7), Decimal(7)), digits, *any_rounding());
}

/// The other modes lie between floor and ceiling, the halves no further than a half away.
RC_GTEST_PROP(RatioProperty, ModesKeepTheirOrder, ()) {
  const Decimal numerator = *any_decimal(15);
  const Decimal denominator =
      *rc::gen::suchThat(any_decimal(6), [](const Decimal& value) { return value.sign() != 0; });
  const Ratio exact(numerator, denominator);
  const int digits = *rc::gen::inRange(-3, 7);
  const auto in = [&](Rounding mode) { return round(exact, digits, mode); };
  const Decimal floor = in(Rounding::kFloor);
  const Decimal ceiling = in(Rounding::kCeiling);
  RC_ASSERT(Ratio(floor) <= exact && exact <= Ratio(ceiling));
  for (const Rounding mode : kRoundings) {
    RC_ASSERT(in(mode) == floor || in(mode) == ceiling);
    RC_ASSERT(round(in(mode), digits, mode) == in(mode));
  }
  RC_ASSERT(in(Rounding::kTowardZero).abs() <= in(Rounding::kHalfTowardZero).abs());
  RC_ASSERT(in(Rounding::kHalfTowardZero).abs() <= in(Rounding::kHalfEven).abs());
  RC_ASSERT(in(Rounding::kHalfEven).abs() <= in(Rounding::kHalfAwayFromZero).abs());
  RC_ASSERT(in(Rounding::kHalfAwayFromZero).abs() <= in(Rounding::kAwayFromZero).abs());
  RC_ASSERT(in(Rounding::kHalfFloor) <= in(Rounding::kHalfOdd));
  RC_ASSERT(in(Rounding::kHalfOdd) <= in(Rounding::kHalfCeiling));
}

RC_GTEST_PROP(RatioProperty, RoundsSignificantDigitsLikeTheReference, ()) {
  const Ratio exact = *any_ratio(19);
  RC_PRE(exact.sign() != 0);
  const int digits = *rc::gen::inRange(1, 39);
  const Rounding rounding = *any_rounding();
  const Exact value = Exact::of(exact);
  int behind = 38;
  while (abs(value.rounded(behind, Rounding::kTowardZero)) >= power_of_ten(digits)) --behind;
  const Integer expected = value.rounded(behind, rounding);
  const Exact expected_value = behind >= 0 ? Exact{expected, power_of_ten(behind)}
                                           : Exact{expected * power_of_ten(-behind), 1};
  RC_ASSERT(Exact::of(round_significant(exact, digits, rounding)) == expected_value);
}

RC_GTEST_PROP(RatioProperty, ArithmeticIsExact, ()) {
  const Ratio a = *any_ratio(9);
  const Ratio b = *any_ratio(9);
  RC_ASSERT(Exact::of(a + b) == Exact::of(a) + Exact::of(b));
  RC_ASSERT(Exact::of(a - b) == Exact::of(a) - Exact::of(b));
  RC_ASSERT(Exact::of(a * b) == Exact::of(a) * Exact::of(b));
  RC_PRE(b.sign() != 0);
  RC_ASSERT((a / b) * b == a);
}

RC_GTEST_PROP(RatioProperty, LargeArithmeticIsExactOrAnError, ()) {
  const Ratio a = *any_ratio(38);
  const Ratio b = *any_ratio(38);
  const auto check = [](const Exact& exact, auto&& compute) {
    std::optional<Ratio> result;
    try {
      result = compute();
    } catch (const Error&) {
      return;
    }
    RC_ASSERT(Exact::of(*result) == exact);
  };
  check(Exact::of(a) + Exact::of(b), [&] { return a + b; });
  check(Exact::of(a) * Exact::of(b), [&] { return a * b; });
}

RC_GTEST_PROP(RatioProperty, OrdersLikeTheReference, ()) {
  const Ratio a = *any_ratio(38);
  const Ratio b = *rc::gen::oneOf(any_ratio(38), rc::gen::just(a));
  const int order = Exact::of(a).compare(Exact::of(b));
  RC_ASSERT((a < b) == (order < 0));
  RC_ASSERT((a == b) == (order == 0));
  RC_ASSERT((a > b) == (order > 0));
}

}  // namespace
}  // namespace reckoner::money
