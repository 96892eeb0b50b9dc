#include "money/decimal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <type_traits>

#include "base/error.hpp"
#include "money/reference.hpp"

namespace reckoner::money {
namespace {

using testing::HasSubstr;

static_assert(std::is_trivially_copyable_v<Decimal>);
static_assert(!std::is_constructible_v<Decimal, double>);
static_assert(!std::is_constructible_v<Decimal, float>);
static_assert(!std::is_convertible_v<Decimal, double>);

const std::string k38Nines(38, '9');

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(DecimalParse, ReadsAndPrintsCanonically) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"0", "0"},
      {"-0", "0"},
      {"-0.00", "0"},
      {"0e999999999999999999999", "0"},
      {"12", "12"},
      {"+12", "12"},
      {"-0.005", "-0.005"},
      {".5", "0.5"},
      {"-.5", "-0.5"},
      {"1e3", "1000"},
      {"1e+3", "1000"},
      {"1.5e-3", "0.0015"},
      {"12.3400", "12.34"},
      {"100", "100"},
      {"007.10", "7.1"},
      {"0.000" + std::string(60, '0'), "0"},
      {"1." + std::string(60, '0'), "1"},
      {std::string(60, '0') + "1", "1"},
      {"1e37", "1" + std::string(37, '0')},
      {"1" + std::string(60, '0') + "e-60", "1"},
      {"1e-38", "0." + std::string(37, '0') + "1"},
      {k38Nines, k38Nines},
      {"-" + k38Nines, "-" + k38Nines},
      {"0." + k38Nines, "0." + k38Nines},
      {"18446744073709551616.5", "18446744073709551616.5"},
  };
  for (const auto& [text, printed] : table) {
    EXPECT_EQ(Decimal::parse(text).to_string(), printed) << text;
    EXPECT_TRUE(Decimal::try_parse(text).has_value()) << text;
  }
}

TEST(DecimalParse, RefusesEverythingElse) {
  for (const std::string text :
       {"",    " ",  "+",     "-",     ".",     "5.",  "1.e3", "e3",  "1e",  "1e+", "1e1.5",
        " 1",  "1 ", "1,000", "1_000", "0x10",  "NaN", "inf",  "--1", "+-1", "1-",  "1.2.3",
        "1E3", "١",  "½",     "1\n",   "1e--1", "$1",  "1.-2", "e",   "+e1", ".e1", "."}) {
    EXPECT_FALSE(Decimal::try_parse(text).has_value()) << text;
    EXPECT_EQ(message_of([&] { Decimal::parse(text); }), "'" + text + "' is not a decimal number");
  }
  EXPECT_FALSE(Decimal::try_parse(std::string_view("1\0", 2)).has_value());
}

TEST(DecimalParse, RefusesWhatDoesNotFit) {
  for (const std::string text :
       {"1e38", "1e-39", "1e999999999999999999999", "1e-999999999999999999999",
        "123456789012345678901234567890123456789", "0.123456789012345678901234567890123456789"}) {
    EXPECT_FALSE(Decimal::try_parse(text).has_value()) << text;
    EXPECT_EQ(message_of([&] { Decimal::parse(text); }), "'" + text + "' does not fit 38 digits");
  }
}

TEST(DecimalParts, KeepsTheValueWhateverTheScale) {
  EXPECT_EQ(Decimal::from_parts(150, 2).to_string(), "1.5");
  EXPECT_EQ(Decimal::from_parts(5, -2), Decimal(500));
  EXPECT_EQ(Decimal::from_parts(1000, 40), Decimal::parse("1e-37"));
  EXPECT_EQ(Decimal::from_parts(0, 400), Decimal(0));
  EXPECT_EQ(Decimal::from_parts(0, -400), Decimal(0));
  EXPECT_EQ(message_of([] { Decimal::from_parts(1, 39); }), "1e-39 does not fit 38 digits");
  EXPECT_EQ(message_of([] { Decimal::from_parts(-7, -38); }), "-7e38 does not fit 38 digits");
  EXPECT_THROW(Decimal::from_parts(1, std::numeric_limits<int>::min()), Error);
  EXPECT_THROW(Decimal::from_parts(1, std::numeric_limits<int>::max()), Error);
  const Int128 lowest = -(Int128{1} << 126) * 2;
  EXPECT_THROW(Decimal::from_parts(lowest, 0), Error);
}

TEST(DecimalPrint, Fixed) {
  EXPECT_EQ(Decimal::parse("1.5").to_fixed(2), "1.50");
  EXPECT_EQ(Decimal::parse("-1.5").to_fixed(1), "-1.5");
  EXPECT_EQ(Decimal::parse("12").to_fixed(0), "12");
  EXPECT_EQ(Decimal(0).to_fixed(3), "0.000");
  EXPECT_EQ(Decimal::parse("-0.05").to_fixed(2), "-0.05");
  EXPECT_EQ(Decimal::from_parts(1500, 3).to_fixed(1), "1.5");
  EXPECT_EQ(Decimal::from_parts(0, 5).to_fixed(0), "0");
  EXPECT_EQ(Decimal(7).to_fixed(40), "7." + std::string(40, '0'));
  EXPECT_EQ(message_of([] { Decimal::parse("1.505").to_fixed(2); }),
            "1.505 has more than 2 digits behind the point");
}

TEST(Decimal, KnowsItself) {
  EXPECT_TRUE(Decimal::from_parts(1500, 2).is_whole());
  EXPECT_FALSE(Decimal::from_parts(1501, 2).is_whole());
  EXPECT_TRUE(Decimal().is_whole());
  EXPECT_EQ(Decimal(-3).abs(), Decimal(3));
  EXPECT_EQ(Decimal(-3).sign(), -1);
  EXPECT_EQ(Decimal(0).sign(), 0);
  EXPECT_EQ(Decimal::from_parts(10, 1), Decimal(1));
}

TEST(DecimalSum, IsExactUpToTheLastDigit) {
  EXPECT_EQ(Decimal::parse("0.1") + Decimal::parse("0.2"), Decimal::parse("0.3"));
  EXPECT_EQ((Decimal::parse("1e37") - Decimal::parse("0.1")).to_string(),
            "9999999999999999999999999999999999999.9");
  EXPECT_EQ(Decimal::parse(k38Nines) + Decimal::from_parts(0, 38), Decimal::parse(k38Nines));
  EXPECT_EQ(Decimal::parse(k38Nines) - Decimal::from_parts(1'000'000, 6),
            Decimal::parse(std::string(37, '9') + "8"));
  EXPECT_EQ(Decimal::from_parts(Decimal::parse(k38Nines).coefficient(), 1) + Decimal::parse("0.1"),
            Decimal::parse("1e37"));
  EXPECT_EQ(message_of([] { Decimal::parse(k38Nines) + Decimal(1); }),
            k38Nines + " + 1 does not fit 38 digits");
  EXPECT_THROW(Decimal::parse("1e37") + Decimal::parse("0.01"), Error);
  EXPECT_THROW(Decimal::parse("-" + k38Nines) - Decimal::parse(k38Nines), Error);
}

TEST(DecimalProduct, IsExactUpToTheLastDigit) {
  EXPECT_EQ(Decimal::parse("464") * Decimal::parse("0.03"), Decimal::parse("13.92"));
  EXPECT_EQ(Decimal::parse("640") * Decimal::parse("0.02"), Decimal::parse("12.80"));
  const Decimal lowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ((lowest * lowest).to_string(), "85070591730234615865843651857942052864");
  EXPECT_EQ(Decimal::parse("1e-30") * Decimal::parse("1e30"), Decimal(1));
  EXPECT_EQ(Decimal::parse("0.2") * Decimal::from_parts(5, 38), Decimal::parse("1e-38"));
  EXPECT_EQ(Decimal::from_parts(0, 38) * Decimal::from_parts(1, 38), Decimal(0));
  // 2^120 and 5^54 have no zeros of their own; their product has 54.
  const Decimal twos = Decimal::from_parts(Int128{1} << 120, 30);
  Decimal fives = 1;
  for (int i = 0; i < 54; ++i) fives = Decimal(5) * fives;
  const Decimal scaled = Decimal::from_parts(fives.coefficient(), 24);
  EXPECT_EQ((twos * scaled).to_string(), "73786976294838206464");  // 2^66
  EXPECT_THROW(Decimal::parse("1e20") * Decimal::parse("1e18"), Error);
  EXPECT_EQ(message_of([] { Decimal::parse("1e-20") * Decimal::parse("1e-19"); }),
            "0.00000000000000000001 * 0.0000000000000000001 does not fit 38 digits");
}

TEST(DecimalOrder, NeverOverflows) {
  const Decimal huge = Decimal::parse(k38Nines);
  const Decimal tiny = Decimal::parse("1e-38");
  EXPECT_GT(huge, tiny);
  EXPECT_LT(tiny, huge);
  EXPECT_LT(-huge, -tiny);
  EXPECT_GT(-tiny, -huge);
  EXPECT_GT(tiny, -huge);
  EXPECT_GT(tiny, Decimal(0));
  EXPECT_LT(-tiny, Decimal(0));
  EXPECT_EQ(Decimal::from_parts(0, 38), Decimal(0));
}

RC_GTEST_PROP(DecimalProperty, ParsesWhatItPrints, ()) {
  const Decimal x = *any_decimal(38);
  RC_ASSERT(Decimal::parse(x.to_string()) == x);
  RC_ASSERT(Decimal::parse(x.to_fixed(38)) == x);
}

RC_GTEST_PROP(DecimalProperty, SumOfDifference, ()) {
  const Decimal a = *any_decimal(19);
  const Decimal b = *any_decimal(19);
  RC_ASSERT(a + b - b == a);
  RC_ASSERT(a + b == b + a);
  RC_ASSERT(a - b == -(b - a));
}

RC_GTEST_PROP(DecimalProperty, SumsAndProductsAreExactOrAnError, ()) {
  const Decimal a = *any_decimal(38);
  const Decimal b = *any_decimal(38);
  const auto check = [](const Exact& exact, auto&& compute) {
    try {
      RC_ASSERT(Exact::of(compute()) == exact);
    } catch (const Error&) {
      RC_ASSERT(!exact.fits_decimal());
    }
  };
  check(Exact::of(a) + Exact::of(b), [&] { return a + b; });
  check(Exact::of(a) - Exact::of(b), [&] { return a - b; });
  check(Exact::of(a) * Exact::of(b), [&] { return a * b; });
}

RC_GTEST_PROP(DecimalProperty, OrdersLikeTheReference, ()) {
  const Decimal a = *any_decimal(38);
  const Decimal b = *rc::gen::oneOf(any_decimal(38), rc::gen::just(a), rc::gen::just(-a));
  const int order = Exact::of(a).compare(Exact::of(b));
  RC_ASSERT((a < b) == (order < 0));
  RC_ASSERT((a == b) == (order == 0));
  RC_ASSERT((a > b) == (order > 0));
}

}  // namespace
}  // namespace reckoner::money
