#include "usage/unique.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace reckoner::usage {

namespace {

Moment at(std::int64_t hour, std::int64_t arrival = 0) {
  return {time::Instant(std::chrono::hours(hour)), arrival};
}

TEST(UniqueIdsTest, CountsDifferentIds) {
  UniqueIds ids;
  EXPECT_EQ(ids.count(), 0);
  ids.apply("a", at(1));
  ids.apply("b", at(2));
  ids.apply("a", at(3));
  EXPECT_EQ(ids.count(), 2);
}

TEST(UniqueIdsTest, TheLastOperationOnAnIdCounts) {
  UniqueIds ids;
  ids.apply("a", at(5), Operation::kRemove);
  ids.apply("a", at(3), Operation::kAdd);
  EXPECT_EQ(ids.count(), 0) << "removed after it was added, whatever came first";
  ids.apply("a", at(5, 1), Operation::kAdd);
  EXPECT_EQ(ids.count(), 1) << "of one instant, the later arrival";
  ids.apply("b", at(6), Operation::kRemove);
  EXPECT_EQ(ids.count(), 1) << "what was never there cannot go";
}

TEST(UniqueIdsTest, IdsFromBeforeThePeriodAreCarriedOver) {
  UniqueIds before;
  before.apply("a", at(1));
  before.apply("b", at(2));
  UniqueIds period;
  period.apply("b", at(11), Operation::kRemove);
  period.apply("c", at(12));
  EXPECT_EQ(period.count(), 1);
  period.merge(before);
  EXPECT_EQ(period.count(), 2);
}

struct Event {
  std::string id;
  Moment moment;
  Operation operation;
};

/// Events with a Moment each of their own.
std::vector<Event> events() {
  std::vector<Event> drawn;
  const int count = *rc::gen::inRange(0, 20);
  for (int i = 0; i < count; ++i) {
    drawn.push_back({*rc::gen::element<std::string>("a", "b", "c"), at(*rc::gen::inRange(0, 6), i),
                     *rc::gen::element(Operation::kAdd, Operation::kRemove)});
  }
  return drawn;
}

UniqueIds fold_of(std::vector<Event>::const_iterator from, std::vector<Event>::const_iterator to) {
  UniqueIds ids;
  for (; from != to; ++from) ids.apply(from->id, from->moment, from->operation);
  return ids;
}

UniqueIds merged(UniqueIds a, const UniqueIds& b) {
  a.merge(b);
  return a;
}

RC_GTEST_PROP(UniqueIdsProperty, AnyGroupingAndOrderFoldsToTheSame, ()) {
  const std::vector<Event> all = events();
  const auto size = static_cast<std::ptrdiff_t>(all.size());
  const auto first = *rc::gen::inRange<std::ptrdiff_t>(0, size + 1);
  const auto second = *rc::gen::inRange<std::ptrdiff_t>(first, size + 1);
  const UniqueIds a = fold_of(all.begin(), all.begin() + first);
  const UniqueIds b = fold_of(all.begin() + first, all.begin() + second);
  const UniqueIds c = fold_of(all.begin() + second, all.end());
  RC_ASSERT(merged(merged(a, b), c) == merged(a, merged(b, c)));
  RC_ASSERT(merged(a, b) == merged(b, a));
  RC_ASSERT(merged(merged(c, a), b) == fold_of(all.begin(), all.end()));
}

}  // namespace

}  // namespace reckoner::usage
