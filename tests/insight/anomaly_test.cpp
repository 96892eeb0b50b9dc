#include "insight/anomaly.hpp"

#include <gmock/gmock.h>

#include <random>

#include "base/error.hpp"

namespace reckoner::insight {
namespace {

using money::Decimal;
using testing::IsEmpty;
using testing::SizeIs;
using Values = std::vector<Decimal>;

constexpr std::size_t kDay = 24;
constexpr std::size_t kWeek = 7 * kDay;

/// Hours of a customer that works by day, less at weekends, with noise of up to a fifth.
Values hours(std::size_t weeks, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Values values;
  for (std::size_t hour = 0; hour < weeks * kWeek; ++hour) {
    const bool working = hour % kDay >= 8 && hour % kDay < 18;
    const bool weekend = hour % kWeek >= 5 * kDay;
    const int usual = (working ? 1'000 : 100) / (weekend ? 4 : 1);
    values.emplace_back(usual * (800 + static_cast<int>(random() % 401)) / 1'000);
  }
  return values;
}

TEST(Anomaly, AnOrdinaryWeekHasNone) {
  EXPECT_THAT(find_anomalies(hours(9, 1), 8 * kWeek, hourly_rules()), IsEmpty());
}

TEST(Anomaly, ASpikeOfThreeHoursIsOne) {
  Values values = hours(9, 2);
  const std::size_t at = 8 * kWeek + 2 * kDay + 2;
  for (std::size_t hour = at; hour < at + 3; ++hour) values[hour] = 1'200;
  const auto found = find_anomalies(values, 8 * kWeek, hourly_rules());
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].first, at);
  EXPECT_EQ(found[0].last, at + 2);
  EXPECT_EQ(found[0].value, Decimal(3'600));
  EXPECT_TRUE(found[0].is_above());
  EXPECT_GT(found[0].score, Decimal(6));
  EXPECT_LT(found[0].high, found[0].value);
}

TEST(Anomaly, WhatIsUsualOnMondaysIsOddOnSundays) {
  Values values = hours(9, 3);
  const std::size_t sunday_noon = 8 * kWeek + 6 * kDay + 12;
  values[sunday_noon] = 1'000;
  const auto found = find_anomalies(values, 8 * kWeek, hourly_rules());
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].first, sunday_noon);
}

TEST(Anomaly, ADropIsFound) {
  Values values = hours(9, 4);
  const std::size_t at = 8 * kWeek + kDay + 9;
  for (std::size_t hour = at; hour < at + 8; ++hour) values[hour] = 0;
  const auto found = find_anomalies(values, 8 * kWeek, hourly_rules());
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].last - found[0].first, 7U);
  EXPECT_FALSE(found[0].is_above());
}

TEST(Anomaly, TooShortAHistoryJudgesNothing) {
  Values values = hours(3, 5);
  values.back() = 1'000'000;
  EXPECT_THAT(find_anomalies(values, 0, hourly_rules()), IsEmpty());
}

TEST(Anomaly, OneOddWeekBeforeHidesNothingAndCriesNothing) {
  Values values = hours(9, 6);
  for (std::size_t hour = 5 * kWeek; hour < 6 * kWeek; ++hour) values[hour] = values[hour] * 5;
  EXPECT_THAT(find_anomalies(values, 8 * kWeek, hourly_rules()), IsEmpty());
  values[8 * kWeek + 50] = 6'000;
  EXPECT_THAT(find_anomalies(values, 8 * kWeek, hourly_rules()), SizeIs(1));
}

TEST(Anomaly, DaysAreJudgedByTheirWeekday) {
  Values days;
  for (int day = 0; day < 63; ++day) days.emplace_back((day % 7 < 5 ? 500 : 50) + day % 3);
  EXPECT_THAT(find_anomalies(days, 56, daily_rules()), IsEmpty());
  days[61] = 500;  // a Saturday
  days[58] = 0;
  EXPECT_THAT(find_anomalies(days, 56, daily_rules()), SizeIs(2));
}

TEST(Anomaly, WordsSayWhatIsUsual) {
  const Anomaly above{.value = Decimal::parse("1204.5"),
                      .usual = Decimal::parse("236.18"),
                      .low = 100,
                      .high = Decimal::parse("310.94"),
                      .score = 9};
  EXPECT_EQ(
      words_of(above, "Wed 2026-10-14, 02:00 to 05:00", "GB"),
      "Wed 2026-10-14, 02:00 to 05:00: 1,204 GB, 5.1 times the usual 236.2 GB (up to 310.9 GB "
      "would not stand out)");
  const Anomaly below{.value = 50, .usual = 200, .low = 90, .high = 300, .score = 7};
  EXPECT_EQ(words_of(below, "Wed 2026-10-14", "GB"),
            "Wed 2026-10-14: 50 GB, 75 % less than the usual 200 GB (down to 90 GB would not stand "
            "out)");
  const Anomaly nothing{.value = 0, .usual = 200, .low = 90, .high = 300, .score = 7};
  EXPECT_EQ(words_of(nothing, "Wed 2026-10-14", ""),
            "Wed 2026-10-14: nothing, where 200 is usual (down to 90 would not stand out)");
  const Anomaly fresh{.value = 20, .usual = 0, .low = 0, .high = 5, .score = 7};
  EXPECT_EQ(words_of(fresh, "Sun 2026-10-18", "GB"),
            "Sun 2026-10-18: 20 GB, where nothing is usual (up to 5 GB would not stand out)");
}

}  // namespace
}  // namespace reckoner::insight
