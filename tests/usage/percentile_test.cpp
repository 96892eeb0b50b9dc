#include "usage/percentile.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"

namespace reckoner::usage {

namespace {

using money::Decimal;

Distribution of(const std::vector<Decimal>& values) {
  Distribution distribution;
  for (const Decimal& value : values) distribution.add(value);
  return distribution;
}

TEST(PercentileTest, IsTheNearestRank) {
  const Distribution five = of({50, 15, 40, 20, 35});
  const auto at = [&](const char* percent) {
    return five.percentile(Decimal::parse(percent))->to_string();
  };
  EXPECT_EQ(at("0"), "15");
  EXPECT_EQ(at("5"), "15");
  EXPECT_EQ(at("20"), "15");
  EXPECT_EQ(at("20.0001"), "20");
  EXPECT_EQ(at("30"), "20");
  EXPECT_EQ(at("40"), "20");
  EXPECT_EQ(at("50"), "35");
  EXPECT_EQ(at("80"), "40");
  EXPECT_EQ(at("100"), "50");
}

TEST(PercentileTest, EqualValuesKeepTheirWeight) {
  std::vector<Decimal> values(95, Decimal(1));
  values.resize(100, Decimal(9));
  EXPECT_EQ(of(values).percentile(95), Decimal(1));
  EXPECT_EQ(of(values).percentile(96), Decimal(9));
  EXPECT_EQ(of({Decimal::parse("2.50"), Decimal::parse("2.5")}).percentile(50),
            Decimal::parse("2.5"));
}

TEST(PercentileTest, NothingHasNoPercentile) {
  EXPECT_EQ(Distribution().percentile(95), std::nullopt);
  EXPECT_EQ(Distribution().count(), 0);
  EXPECT_THROW(of({1}).percentile(Decimal::parse("100.1")), Error);
  EXPECT_THROW(of({1}).percentile(-1), Error);
}

rc::Gen<std::vector<Decimal>> values() {
  return rc::gen::container<std::vector<Decimal>>(
      rc::gen::map(rc::gen::inRange(-20, 20), [](int drawn) { return Decimal(drawn); }));
}

/// At least so many percent of the values do not exceed it, and no smaller value has that.
RC_GTEST_PROP(PercentileProperty, IsTheSmallestThatEnoughDoNotExceed, ()) {
  std::vector<Decimal> all = *values();
  RC_PRE(!all.empty());
  const int percent = *rc::gen::inRange(1, 101);
  const Decimal found = *of(all).percentile(percent);
  const auto size = static_cast<std::ptrdiff_t>(all.size());
  const auto enough = [&](std::ptrdiff_t count) { return count * 100 >= size * percent; };
  RC_ASSERT(enough(std::ranges::count_if(all, [&](const auto& value) { return value <= found; })));
  RC_ASSERT(!enough(std::ranges::count_if(all, [&](const auto& value) { return value < found; })));
}

RC_GTEST_PROP(PercentileProperty, MergingIsAssociativeAndCommutative, ()) {
  const std::vector<Decimal> drawn[] = {*values(), *values(), *values()};
  const auto merged = [](Distribution a, const Distribution& b) {
    a.merge(b);
    return a;
  };
  const Distribution a = of(drawn[0]);
  const Distribution b = of(drawn[1]);
  const Distribution c = of(drawn[2]);
  RC_ASSERT(merged(merged(a, b), c) == merged(a, merged(b, c)));
  RC_ASSERT(merged(a, b) == merged(b, a));
  std::vector<Decimal> both = drawn[0];
  both.insert(both.end(), drawn[1].begin(), drawn[1].end());
  RC_ASSERT(merged(a, b) == of(both));
}

}  // namespace

}  // namespace reckoner::usage
