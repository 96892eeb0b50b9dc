#include "insight/quartiles.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace reckoner::insight {

namespace {

using money::Decimal;

std::string two(const char* value) {
  return to_two_digits(Decimal::parse(value)).to_string();
}

TEST(Quartiles, FewerThanFiveAreNotTold) {
  EXPECT_FALSE(quartiles({1, 2, 3, 4}).has_value());
  EXPECT_TRUE(quartiles({1, 2, 3, 4, 5}).has_value());
}

TEST(Quartiles, LieBetweenTheValues) {
  const auto five = quartiles({50, 10, 40, 20, 30});
  EXPECT_EQ(five->lower, Decimal(20));
  EXPECT_EQ(five->median, Decimal(30));
  EXPECT_EQ(five->upper, Decimal(40));
  // R: quantile(c(1, 2, 4, 8, 16, 32)) is 1.00 2.50 6.00 14.00 32.00.
  const auto six = quartiles({1, 2, 4, 8, 16, 32});
  EXPECT_EQ(six->lower, Decimal::parse("2.5"));
  EXPECT_EQ(six->median, Decimal(6));
  EXPECT_EQ(six->upper, Decimal(14));
}

TEST(TwoDigits, AreSignificant) {
  EXPECT_EQ(two("1234.5"), "1200");
  EXPECT_EQ(two("1250"), "1300");
  EXPECT_EQ(two("999.99"), "1000");
  EXPECT_EQ(two("12.34"), "12");
  EXPECT_EQ(two("9.96"), "10");
  EXPECT_EQ(two("1.25"), "1.3");
  EXPECT_EQ(two("0.0456"), "0.046");
  EXPECT_EQ(two("0.1"), "0.1");
  EXPECT_EQ(two("-1234"), "-1200");
  EXPECT_EQ(two("0"), "0");
}

// As many at or below each quartile as a quarter, up to what rounding moves.
RC_GTEST_PROP(Quartiles, AreInOrderAndWithinTheValues, ()) {
  std::vector<Decimal> values;
  const auto count = *rc::gen::inRange(5, 40);
  for (int i = 0; i < count; ++i) values.emplace_back(*rc::gen::inRange<std::int64_t>(10, 99));
  const auto found = quartiles(values);
  RC_ASSERT(found.has_value());
  RC_ASSERT(found->lower <= found->median);
  RC_ASSERT(found->median <= found->upper);
  const auto [least, largest] = std::ranges::minmax(values);
  RC_ASSERT(least <= found->lower);
  RC_ASSERT(found->upper <= largest);
  const auto below = std::ranges::count_if(
      values, [&](const Decimal& value) { return value <= found->median + Decimal(1); });
  RC_ASSERT(2 * below >= count);
}

}  // namespace

}  // namespace reckoner::insight
