#include "usage/series.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"

namespace reckoner::usage {

namespace {

using domain::Aggregation;
using money::Decimal;
using money::Ratio;
using std::chrono::minutes;

const time::Instant kStart = time::parse_instant("2026-10-01T00:00:00Z");

time::Instant at(std::int64_t minute) {
  return kStart + minutes(minute);
}

time::Period window(std::int64_t from, std::int64_t until) {
  return {at(from), at(until)};
}

domain::Meter meter(Aggregation aggregation) {
  domain::Meter made;
  made.name = "meter";
  made.aggregation = aggregation;
  made.per = minutes(1);
  made.gap = minutes(5);
  return made;
}

domain::Meter of_changes() {
  domain::Meter made = meter(Aggregation::kTimeWeighted);
  made.reports_change = true;
  return made;
}

struct Reported {
  std::int64_t minute;
  std::int64_t value;
};

Series series(std::initializer_list<Reported> reports, std::string dimensions = "") {
  Series made{"acme", std::move(dimensions), {}};
  for (const Reported& report : reports) {
    made.points.push_back({at(report.minute), 1, static_cast<std::int32_t>(made.points.size()),
                           report.value, std::to_string(report.value)});
  }
  return made;
}

std::optional<Ratio> measured(const domain::Meter& of, std::int64_t from, std::int64_t until,
                              const std::vector<Series>& all) {
  return value_of(of, window(from, until), all);
}

std::optional<Ratio> exactly(std::int64_t value) {
  return Ratio(Decimal(value));
}

TEST(Latest, IsTheSumOfWhatHoldsInEachSeries) {
  const domain::Meter latest = meter(Aggregation::kLatest);
  const std::vector<Series> all{series({{1, 3}, {5, 4}}, "a"), series({{2, 10}}, "b")};
  EXPECT_EQ(measured(latest, 0, 10, all), exactly(14));
  EXPECT_EQ(measured(latest, 0, 5, all), exactly(13)) << "the end is not within";
  EXPECT_EQ(measured(latest, 7, 10, all), exactly(14)) << "carried over";
  EXPECT_EQ(measured(latest, 0, 1, all), std::nullopt);
  EXPECT_EQ(measured(latest, 0, 1, {}), std::nullopt);
}

TEST(Latest, OfOneInstantWhatArrivedLastHolds) {
  Series one = series({{1, 3}, {1, 8}});
  EXPECT_TRUE(comes_before(one.points[0], one.points[1]));
  EXPECT_EQ(measured(meter(Aggregation::kLatest), 0, 2, {one}), exactly(8));
}

TEST(Levels, HoldUntilTheNextReport) {
  const domain::Meter level = meter(Aggregation::kTimeWeighted);
  const std::vector<Series> all{series({{-30, 7}, {10, 2}, {20, 0}}), series({{15, 1}})};
  // 7 for 10 minutes, 2 for 10, and 1 for 45 from the 15th on.
  EXPECT_EQ(measured(level, 0, 60, all), exactly(70 + 20 + 45));
  EXPECT_EQ(measured(level, 60, 120, all), exactly(60));
  EXPECT_EQ(measured(level, -60, -30, all), std::nullopt);
}

TEST(Levels, ByTheirChanges) {
  const std::vector<Series> all{series({{-20, 3}, {-10, 4}, {10, -5}})};
  EXPECT_EQ(measured(of_changes(), 0, 60, all), exactly(70 + 2 * 50));
  const std::vector<Series> summed{series({{-1, 7}, {10, -5}})};
  EXPECT_EQ(measured(of_changes(), 0, 60, summed), exactly(70 + 2 * 50));
}

TEST(Levels, HaveNoEndOfTheirOwn) {
  domain::Meter per_month = meter(Aggregation::kTimeWeighted);
  per_month.per = minutes(31 * 24 * 60);
  EXPECT_EQ(measured(per_month, 0, 60, {series({{0, 1}})}), Ratio(60, 31 * 24 * 60));
}

TEST(Heartbeats, LongerSilenceIsNoneOfIt) {
  const domain::Meter alive = meter(Aggregation::kHeartbeat);
  EXPECT_EQ(measured(alive, 0, 60, {series({{0, 1}, {5, 1}, {11, 1}, {12, 1}})}), exactly(6));
  EXPECT_EQ(measured(alive, 0, 60, {series({{10, 1}})}), exactly(0)) << "it has no length";
  EXPECT_EQ(measured(alive, 0, 60, {}), std::nullopt);
  EXPECT_EQ(measured(alive, 0, 60, {series({{10, 1}, {10, 1}, {12, 1}})}), exactly(2));
}

TEST(Heartbeats, CountWhereTheTimePassed) {
  const domain::Meter alive = meter(Aggregation::kHeartbeat);
  const std::vector<Series> all{series({{57, 1}, {62, 1}})};
  EXPECT_EQ(measured(alive, 0, 60, all), exactly(3));
  EXPECT_EQ(measured(alive, 60, 120, all), exactly(2));
  EXPECT_EQ(measured(alive, 60, 61, all), exactly(1)) << "no report within";
  EXPECT_EQ(measured(alive, 0, 60, {series({{54, 1}, {62, 1}})}), exactly(0));
}

TEST(Counters, GrowAndStartAgain) {
  const domain::Meter counter = meter(Aggregation::kCounter);
  const std::vector<Series> all{series({{1, 100}, {2, 150}, {3, 20}, {4, 20}, {61, 25}})};
  EXPECT_EQ(measured(counter, 0, 60, all), exactly(50 + 20)) << "the first is where it begins";
  EXPECT_EQ(measured(counter, 60, 120, all), exactly(5));
  EXPECT_EQ(measured(counter, 120, 180, all), exactly(0));
  EXPECT_EQ(measured(counter, -60, 0, all), std::nullopt);
}

TEST(UniqueCounts, AreOverAllSeries) {
  const domain::Meter unique = meter(Aggregation::kUniqueCount);
  const std::vector<Series> all{series({{1, 7}, {2, 7}, {3, 8}}, "a"), series({{4, 7}}, "b")};
  EXPECT_EQ(measured(unique, 0, 60, all), exactly(2));
  EXPECT_EQ(measured(unique, 4, 60, all), exactly(1)) << "nothing carries over";
  EXPECT_EQ(measured(unique, 5, 60, all), exactly(0));
}

TEST(Percentiles, AreOverAllValues) {
  domain::Meter median = meter(Aggregation::kPercentile);
  median.percentile = 50;
  const std::vector<Series> all{series({{1, 10}, {2, 40}}, "a"), series({{3, 20}, {4, 30}}, "b")};
  EXPECT_EQ(measured(median, 0, 60, all), exactly(20));
  EXPECT_EQ(measured(median, 3, 60, all), exactly(20));
  EXPECT_EQ(measured(median, 5, 60, all), std::nullopt);
}

TEST(Series, FoldedMetersHaveNone) {
  EXPECT_THROW(measured(meter(Aggregation::kSum), 0, 1, {}), Bug);
}

/// The same from minute to minute, as slowly as can be.
class MinuteByMinute {
 public:
  explicit MinuteByMinute(const Series& series) {
    for (const Point& point : series.points) {
      points_[(point.occurred_at - kStart) / minutes(1)].push_back(point.value);
    }
  }
  Decimal level(std::int64_t from, std::int64_t until, bool changes) const {
    Decimal sum;
    for (std::int64_t minute = from; minute < until; ++minute) {
      Decimal level;
      for (const auto& [when, values] : points_) {
        if (when > minute) break;
        for (const Decimal& value : values) level = changes ? level + value : value;
      }
      sum += level;
    }
    return sum;
  }
  Decimal running(std::int64_t from, std::int64_t until, std::int64_t gap) const {
    std::int64_t count = 0;
    for (std::int64_t minute = from; minute < until; ++minute) {
      const auto next = points_.upper_bound(minute);
      if (next == points_.begin() || next == points_.end()) continue;
      count += next->first - std::prev(next)->first <= gap;
    }
    return count;
  }
  Decimal growth(std::int64_t from, std::int64_t until) const {
    Decimal sum;
    std::optional<Decimal> last;
    for (const auto& [when, values] : points_) {
      for (const Decimal& value : values) {
        if (last && when >= from && when < until) sum += value < *last ? value : value - *last;
        last = value;
      }
    }
    return sum;
  }

 private:
  std::map<std::int64_t, std::vector<Decimal>> points_;
};

std::vector<Series> random_series() {
  std::vector<Series> all;
  const int count = *rc::gen::inRange(0, 3);
  for (int i = 0; i < count; ++i) {
    const auto reports = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(-40, 140), rc::gen::inRange(0, 9)));
    Series one{"acme", std::to_string(i), {}};
    for (const auto& [minute, value] : reports) {
      one.points.push_back({at(minute), 1, static_cast<std::int32_t>(one.points.size()), value,
                            std::to_string(value)});
    }
    std::sort(one.points.begin(), one.points.end(), comes_before);
    all.push_back(std::move(one));
  }
  return all;
}

/// In minutes; nothing measured is 0.
Ratio in(const domain::Meter& of, std::int64_t from, std::int64_t until,
         const std::vector<Series>& all) {
  return measured(of, from, until, all).value_or(Ratio(Decimal(0)));
}

RC_GTEST_PROP(SeriesProperties, AreWhatASlowCountGives, ()) {
  const auto all = random_series();
  const int from = *rc::gen::inRange(0, 60);
  const int until = *rc::gen::inRange(60, 120);
  Decimal levels;
  Decimal changes;
  Decimal running;
  Decimal growth;
  for (const Series& one : all) {
    const MinuteByMinute slow(one);
    levels += slow.level(from, until, false);
    changes += slow.level(from, until, true);
    running += slow.running(from, until, 5);
    growth += slow.growth(from, until);
  }
  RC_ASSERT(in(meter(Aggregation::kTimeWeighted), from, until, all) == Ratio(levels));
  RC_ASSERT(in(of_changes(), from, until, all) == Ratio(changes));
  RC_ASSERT(in(meter(Aggregation::kHeartbeat), from, until, all) == Ratio(running));
  RC_ASSERT(in(meter(Aggregation::kCounter), from, until, all) == Ratio(growth));
}

RC_GTEST_PROP(SeriesProperties, WindowsThatMeetMeasureWhatTheWholeDoes, ()) {
  const auto all = random_series();
  const int middle = *rc::gen::inRange(1, 99);
  for (const domain::Meter& of : {meter(Aggregation::kTimeWeighted), of_changes(),
                                  meter(Aggregation::kHeartbeat), meter(Aggregation::kCounter)}) {
    RC_ASSERT(in(of, 0, middle, all) + in(of, middle, 100, all) == in(of, 0, 100, all));
  }
}

RC_GTEST_PROP(SeriesProperties, WhatIsFartherAwayThanAskedForChangesNothing, ()) {
  const auto all = random_series();
  for (const domain::Meter& of :
       {meter(Aggregation::kLatest), meter(Aggregation::kTimeWeighted),
        meter(Aggregation::kHeartbeat), meter(Aggregation::kCounter),
        meter(Aggregation::kUniqueCount), meter(Aggregation::kPercentile)}) {
    std::vector<Series> near = all;
    for (Series& one : near) {
      const auto begin = std::find_if(one.points.begin(), one.points.end(), [](const Point& point) {
        return point.occurred_at >= kStart;
      });
      const std::size_t before = static_cast<std::size_t>(begin - one.points.begin());
      const bool keeps_last = needs_last_before(of) || of.aggregation == Aggregation::kHeartbeat;
      const std::size_t kept = keeps_last && before > 0 ? 1 : 0;
      one.points.erase(one.points.begin(), begin - static_cast<std::ptrdiff_t>(kept));
      std::erase_if(one.points, [&](const Point& point) {
        return point.occurred_at >= at(100) + reach_of(of);
      });
    }
    RC_ASSERT(measured(of, 0, 100, near) == measured(of, 0, 100, all));
  }
}

}  // namespace

}  // namespace reckoner::usage
