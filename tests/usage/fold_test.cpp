#include "usage/fold.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "usage/bucket.hpp"

namespace reckoner::usage {

namespace {

using Values = std::vector<money::Decimal>;

Fold fold_of(const Values& values) {
  Fold fold;
  for (const money::Decimal& value : values) fold.add(value);
  return fold;
}

Fold merged(Fold a, const Fold& b) {
  a.merge(b);
  return a;
}

rc::Gen<Values> values() {
  return rc::gen::container<Values>(rc::gen::map(
      rc::gen::pair(rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000), rc::gen::inRange(0, 5)),
      [](const auto& drawn) { return money::Decimal::from_parts(drawn.first, drawn.second); }));
}

TEST(FoldTest, KeepsWhatEveryAggregationNeeds) {
  const Fold fold = fold_of({3, -1, money::Decimal::parse("2.5")});
  EXPECT_EQ(quantity_of(fold, domain::Aggregation::kCount), money::Decimal(3));
  EXPECT_EQ(quantity_of(fold, domain::Aggregation::kSum), money::Decimal::parse("4.5"));
  EXPECT_EQ(quantity_of(fold, domain::Aggregation::kMax), money::Decimal(3));
  EXPECT_EQ(quantity_of(fold, domain::Aggregation::kMin), money::Decimal(-1));
  EXPECT_EQ(quantity_of(fold, domain::Aggregation::kAverage), money::Decimal::parse("1.5"));
}

TEST(FoldTest, TheMaximumOfNegativeValuesIsNegative) {
  EXPECT_EQ(quantity_of(fold_of({-5, -3}), domain::Aggregation::kMax), money::Decimal(-3));
}

TEST(FoldTest, WithoutValuesOnlyACountHasAValueAndAnInvoiceTakesZero) {
  using domain::Aggregation;
  for (const auto aggregation : {Aggregation::kCount, Aggregation::kSum, Aggregation::kMin,
                                 Aggregation::kMax, Aggregation::kAverage}) {
    EXPECT_EQ(value_of(Fold{}, aggregation).has_value(), aggregation == Aggregation::kCount);
    EXPECT_EQ(quantity_of(Fold{}, aggregation), money::Decimal(0));
  }
}

TEST(FoldTest, AnAverageIsExactUntilItIsAQuantity) {
  const Fold fold = fold_of({1, 0, 1});
  EXPECT_EQ(value_of(fold, domain::Aggregation::kAverage), money::Ratio(2, 3));
  EXPECT_EQ(quantity_of(fold, domain::Aggregation::kAverage).to_string(), "0.666666666667");
  const auto long_value = money::Decimal::parse("0.4567890123456789");
  EXPECT_EQ(quantity_of(fold_of({long_value}), domain::Aggregation::kSum), long_value);
}

RC_GTEST_PROP(FoldProperty, MergingIsAssociative, ()) {
  const Fold a = fold_of(*values());
  const Fold b = fold_of(*values());
  const Fold c = fold_of(*values());
  RC_ASSERT(merged(merged(a, b), c) == merged(a, merged(b, c)));
}

RC_GTEST_PROP(FoldProperty, MergingIsCommutativeAndTheEmptyFoldChangesNothing, ()) {
  const Fold a = fold_of(*values());
  const Fold b = fold_of(*values());
  RC_ASSERT(merged(a, b) == merged(b, a));
  RC_ASSERT(merged(a, Fold{}) == a);
}

RC_GTEST_PROP(FoldProperty, AnyGroupingFoldsToTheSame, ()) {
  const Values all = *values();
  const auto cut = *rc::gen::inRange<std::size_t>(0, all.size() + 1);
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(cut);
  RC_ASSERT(merged(fold_of({all.begin(), middle}), fold_of({middle, all.end()})) == fold_of(all));
}

TEST(BucketTest, BucketsBeginOnQuarterHours) {
  const time::Instant quarter = time::parse_instant("2026-10-01T18:30:00Z");
  EXPECT_EQ(bucket_of(quarter), quarter);
  EXPECT_EQ(bucket_of(time::parse_instant("2026-10-01T18:44:59.999999Z")), quarter);
  EXPECT_TRUE(is_bucket_boundary(quarter));
  EXPECT_FALSE(is_bucket_boundary(quarter + std::chrono::microseconds(1)));
  EXPECT_EQ(bucket_of(time::parse_instant("1969-12-31T23:59:00Z")),
            time::parse_instant("1969-12-31T23:45:00Z"));
}

}  // namespace

}  // namespace reckoner::usage
