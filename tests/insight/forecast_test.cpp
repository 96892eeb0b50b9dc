#include "insight/forecast.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <random>
#include <vector>

#include "base/error.hpp"

namespace reckoner::insight {
namespace {

using money::Decimal;
using Values = std::vector<Decimal>;

constexpr int kWeek = 7;
constexpr int kWorkday = 100;
constexpr int kSunday = 20;

/// Weeks of five days of 100 and two of 20.
Values weeks(int count) {
  Values values;
  for (int day = 0; day < count * kWeek; ++day) {
    values.emplace_back(day % kWeek < 5 ? kWorkday : kSunday);
  }
  return values;
}

Decimal rounded(const Decimal& value, int digits = 0) {
  return money::round(value, digits, money::Rounding::kHalfEven);
}

void expect_ordered(const ForecastSum& sum) {
  EXPECT_LE(sum.low, sum.middle);
  EXPECT_LE(sum.middle, sum.high);
}

TEST(Forecast, APatternGoesOn) {
  const ForecastSum week = forecast_sum(weeks(6), kWeek, {.steps = 7});
  EXPECT_EQ(rounded(week.middle, 3), Decimal(540));
  expect_ordered(week);
  EXPECT_LT(week.high - week.low, Decimal(1));
}

TEST(Forecast, TheWeekdaysThatAreLeftCount) {
  Values until_friday = weeks(6);
  until_friday.insert(until_friday.end(), 5, Decimal(kWorkday));
  EXPECT_EQ(rounded(forecast_sum(until_friday, kWeek, {.steps = 2}).middle, 3), Decimal(40));
  EXPECT_EQ(rounded(forecast_sum(weeks(6), kWeek, {.steps = 2}).middle, 3), Decimal(200));
}

TEST(Forecast, OfADayThatHasBegunThePartToComeCounts) {
  const Horizon horizon{.steps = 2, .first = money::Ratio(1, 4)};
  EXPECT_EQ(rounded(forecast_sum(weeks(6), kWeek, horizon).middle, 3), Decimal(125));
}

TEST(Forecast, NoHistoryAndNoUsageForecastNothing) {
  for (const Values& history : {Values{}, Values(30, Decimal(0))}) {
    const ForecastSum sum = forecast_sum(history, kWeek, {.steps = 10});
    EXPECT_TRUE(sum.low.is_zero() && sum.middle.is_zero() && sum.high.is_zero());
  }
  EXPECT_TRUE(forecast_sum(weeks(4), kWeek, {.steps = 0}).high.is_zero());
}

TEST(Forecast, WhoStoppedLongAgoIsForecastNothing) {
  Values stopped(60, Decimal(0));
  stopped[0] = 100;
  EXPECT_TRUE(forecast_sum(stopped, kWeek, {.steps = 10}).high.is_zero());
}

TEST(Forecast, OfSomebodyNewThereIsAMeanAndAWideBand) {
  Values history(50, Decimal(0));
  history.insert(history.end(), {10, 20});
  const ForecastSum sum = forecast_sum(history, kWeek, {.steps = 10});
  EXPECT_EQ(sum.low, Decimal(0));
  EXPECT_EQ(sum.middle, Decimal(150));
  EXPECT_EQ(sum.high, Decimal(300));
}

TEST(Forecast, StepsBeforeTheFirstUsageAreNoHistory) {
  Values with_zeros(20, Decimal(0));
  for (const Decimal& value : weeks(3)) with_zeros.push_back(value);
  const ForecastSum late = forecast_sum(with_zeros, kWeek, {.steps = 9});
  const ForecastSum same = forecast_sum(weeks(3), kWeek, {.steps = 9});
  EXPECT_EQ(late.middle, same.middle);
  EXPECT_EQ(late.high, same.high);
}

TEST(Forecast, GrowthGoesOnForAWhile) {
  Values growing;
  for (int day = 0; day < 56; ++day) growing.emplace_back(1'000 + 20 * day);
  const ForecastSum sum = forecast_sum(growing, kWeek, {.steps = 7});
  // What the last week measured is 14,280; a straight line on would be 15,260.
  EXPECT_GT(sum.middle, Decimal(14'350));
  EXPECT_LT(sum.middle, Decimal(15'260));
}

TEST(Forecast, ASpikeIsNoNewLevel) {
  Values spiked = weeks(6);
  spiked[40] = 5'000;
  const Decimal middle = forecast_sum(spiked, kWeek, {.steps = 7}).middle;
  EXPECT_GT(middle, Decimal(400));
  EXPECT_LT(middle, Decimal(800));
}

TEST(Forecast, ALastingChangeIsFollowed) {
  Values doubled = weeks(6);
  for (std::size_t day = 28; day < doubled.size(); ++day) doubled[day] = doubled[day] * 2;
  const Decimal middle = forecast_sum(doubled, kWeek, {.steps = 7}).middle;
  EXPECT_GT(middle, Decimal(950));
  EXPECT_LT(middle, Decimal(1'200));
}

TEST(Forecast, DaysWithoutUsageStayWithout) {
  Values closed;
  for (int day = 0; day < 42; ++day) closed.emplace_back(day % kWeek < 5 ? 10 : 0);
  EXPECT_EQ(rounded(forecast_sum(closed, kWeek, {.steps = 7}).middle, 3), Decimal(50));
}

TEST(Forecast, AGapIsSurvived) {
  Values gap = weeks(6);
  std::fill(gap.begin() + 14, gap.begin() + 21, Decimal(0));
  const ForecastSum sum = forecast_sum(gap, kWeek, {.steps = 7});
  EXPECT_GT(sum.middle, Decimal(430));
  EXPECT_LT(sum.middle, Decimal(650));
}

/// Weeks with noise of up to a third, a period of 30 days begun at the 50th: coverage and size of
/// the band.
TEST(Forecast, TheBandHoldsAboutFourOutOfFive) {
  std::mt19937_64 random(20261031);
  const auto below = [&](std::uint64_t end) { return static_cast<int>(random() % end); };
  constexpr int kCustomers = 400;
  int held = 0;
  for (int customer = 0; customer < kCustomers; ++customer) {
    Values days;
    for (int day = 0; day < 70; ++day) {
      const int usual = day % kWeek < 5 ? 1'000 : 300;
      days.emplace_back(usual * (667 + below(667)) / 1'000);
    }
    Decimal came;
    for (std::size_t day = 50; day < days.size(); ++day) came += days[day];
    const ForecastSum sum = forecast_sum(std::span(days).first(50), kWeek, {.steps = 20});
    expect_ordered(sum);
    if (sum.low <= came && came <= sum.high) ++held;
  }
  EXPECT_GT(held, kCustomers * 70 / 100);
  EXPECT_LT(held, kCustomers * 95 / 100);
}

RC_GTEST_PROP(Forecast, TheUnitDoesNotMatter, ()) {
  const auto raw = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 5'000)));
  Values plain;
  Values thousandths;
  for (const std::int64_t value : raw) {
    plain.emplace_back(value);
    thousandths.push_back(Decimal::from_parts(value, 3));
  }
  const auto steps = *rc::gen::inRange(1, 40);
  const ForecastSum a = forecast_sum(plain, kWeek, {.steps = steps});
  const ForecastSum b = forecast_sum(thousandths, kWeek, {.steps = steps});
  RC_ASSERT(a.low <= a.middle && a.middle <= a.high);
  RC_ASSERT(a.low.sign() >= 0);
  RC_ASSERT(money::round_significant(b.middle * Decimal(1'000), 9, money::Rounding::kHalfEven) ==
            money::round_significant(a.middle, 9, money::Rounding::kHalfEven));
}

}  // namespace
}  // namespace reckoner::insight
