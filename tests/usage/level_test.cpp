#include "usage/level.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"

namespace reckoner::usage {

namespace {

using money::Decimal;
using money::Ratio;
using std::chrono::hours;

time::Instant at(std::int64_t hour) {
  return time::parse_instant("2026-10-01T00:00:00Z") + hours(hour);
}

const time::Period kDay{at(0), at(24)};

TEST(LatestTest, IsTheLastByTimeAndThenByArrival) {
  Latest latest;
  EXPECT_EQ(latest.value(), std::nullopt);
  latest.add({at(3), 1}, 7);
  latest.add({at(2), 2}, 9);
  EXPECT_EQ(latest.value(), Decimal(7));
  latest.add({at(3), 3}, -4);
  EXPECT_EQ(latest.value(), Decimal(-4));
  Latest other;
  other.add({at(3), 2}, 1);
  latest.merge(other);
  latest.merge(Latest());
  EXPECT_EQ(latest.value(), Decimal(-4));
}

TEST(ChangedLevelTest, HoldsEachLevelUntilTheNextChange) {
  ChangedLevel level;
  level.add(at(6), 4);
  level.add(at(18), -3);
  EXPECT_EQ(level.at_end(10), Decimal(11));
  // 10 for 6 hours, 14 for 12, 11 for 6.
  EXPECT_EQ(level.over_time(kDay, 10, kDay.length()), Ratio(60 + 168 + 66, 24));
  EXPECT_EQ(level.over_time(kDay, 10, hours(1)), Ratio(Decimal(294)));
  EXPECT_EQ(ChangedLevel().over_time(kDay, 10, kDay.length()), Ratio(Decimal(10)));
  EXPECT_THROW(level.over_time(kDay, 0, hours(0)), Error);
}

TEST(ChangedLevelTest, ChangesAtTheBounds) {
  ChangedLevel level;
  level.add(at(0), 5);
  level.add(at(24), 100);
  EXPECT_EQ(level.over_time(kDay, 1, kDay.length()), Ratio(Decimal(6)));
}

TEST(StatedLevelTest, TheStartLevelHoldsUntilTheFirstStatement) {
  StatedLevel level;
  EXPECT_EQ(level.over_time(kDay, 3, kDay.length()), Ratio(Decimal(3)));
  EXPECT_EQ(level.at_end(3), Decimal(3));
  level.add(at(8), 12);
  level.add(at(20), 0);
  // 3 for 8 hours, 12 for 12, nothing for 4.
  EXPECT_EQ(level.over_time(kDay, 3, kDay.length()), Ratio(24 + 144, 24));
  EXPECT_EQ(level.at_end(3), Decimal(0));
  level.add(at(20), 6);
  EXPECT_EQ(level.over_time(kDay, 3, kDay.length()), Ratio(24 + 144 + 24, 24));
  EXPECT_THROW(level.add(at(19), 1), Bug);
  EXPECT_THROW(level.over_time({at(9), at(24)}, 3, hours(1)), Bug);
}

struct Stated {
  std::int64_t hour;
  Decimal level;
};

std::vector<Stated> statements() {
  std::vector<Stated> drawn;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    drawn.push_back({*rc::gen::inRange<std::int64_t>(0, 24),
                     Decimal::from_parts(*rc::gen::inRange<std::int64_t>(-1000, 1000), 2)});
  }
  std::ranges::stable_sort(drawn, {}, &Stated::hour);
  return drawn;
}

StatedLevel stated(const std::vector<Stated>& all, std::size_t from, std::size_t to) {
  StatedLevel level;
  for (; from < to; ++from) level.add(at(all[from].hour), all[from].level);
  return level;
}

StatedLevel appended(StatedLevel a, const StatedLevel& b) {
  a.append(b);
  return a;
}

RC_GTEST_PROP(LevelProperty, AppendingIsAssociative, ()) {
  const std::vector<Stated> all = statements();
  const auto first = *rc::gen::inRange<std::size_t>(0, all.size() + 1);
  const auto second = *rc::gen::inRange<std::size_t>(first, all.size() + 1);
  const StatedLevel a = stated(all, 0, first);
  const StatedLevel b = stated(all, first, second);
  const StatedLevel c = stated(all, second, all.size());
  RC_ASSERT(appended(appended(a, b), c) == appended(a, appended(b, c)));
  RC_ASSERT(appended(appended(a, b), c) == stated(all, 0, all.size()));
}

/// The same level told as statements and as changes, in any order, gives the same.
RC_GTEST_PROP(LevelProperty, ChangesAndStatementsAgree, ()) {
  const std::vector<Stated> all = statements();
  const Decimal start = *rc::gen::inRange(-50, 50);
  std::vector<ChangedLevel> changes;
  Decimal level = start;
  for (const Stated& next : all) {
    changes.emplace_back().add(at(next.hour), next.level - level);
    level = next.level;
  }
  ChangedLevel forwards;
  for (auto change = changes.begin(); change != changes.end(); ++change) forwards.merge(*change);
  ChangedLevel backwards;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) backwards.merge(*change);
  const StatedLevel told = stated(all, 0, all.size());
  RC_ASSERT(forwards == backwards);
  RC_ASSERT(forwards.at_end(start) == told.at_end(start));
  RC_ASSERT(forwards.over_time(kDay, start, hours(1)) == told.over_time(kDay, start, hours(1)));
}

/// A period cut in two, with the level at the cut carried in, comes to the same.
RC_GTEST_PROP(LevelProperty, PartsOfAPeriodSumToTheWhole, ()) {
  const std::vector<Stated> all = statements();
  const auto cut = *rc::gen::inRange<std::int64_t>(0, 25);
  const auto later =
      std::ranges::find_if(all, [&](const Stated& next) { return next.hour >= cut; });
  const auto split = static_cast<std::size_t>(later - all.begin());
  const StatedLevel before = stated(all, 0, split);
  const StatedLevel after = stated(all, split, all.size());
  const Ratio sum = before.over_time({at(0), at(cut)}, 8, hours(1)) +
                    after.over_time({at(cut), at(24)}, before.at_end(8), hours(1));
  RC_ASSERT(sum == stated(all, 0, all.size()).over_time(kDay, 8, hours(1)));
}

RC_GTEST_PROP(LatestProperty, AnyOrderGivesTheSame, ()) {
  std::vector<Latest> parts;
  for (int i = *rc::gen::inRange(0, 10); i > 0; --i) {
    parts.emplace_back().add({at(*rc::gen::inRange(0, 4)), i}, i);
  }
  Latest forwards;
  for (auto part = parts.begin(); part != parts.end(); ++part) forwards.merge(*part);
  Latest backwards;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) backwards.merge(*part);
  RC_ASSERT(forwards == backwards);
}

}  // namespace

}  // namespace reckoner::usage
