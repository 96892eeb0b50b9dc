#include "insight/robust.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

namespace reckoner::insight {
namespace {

using money::Decimal;

TEST(Robust, TheMedianIsTheMiddle) {
  EXPECT_EQ(median({}), Decimal(0));
  EXPECT_EQ(median({3}), Decimal(3));
  EXPECT_EQ(median({9, 1, 5}), Decimal(5));
  EXPECT_EQ(median({9, 1, 5, 2}), Decimal::parse("3.5"));
}

TEST(Robust, OneOutlierMovesNothing) {
  EXPECT_EQ(median_deviation({10, 11, 9, 10, 1'000'000}, 10), Decimal(1));
}

RC_GTEST_PROP(Robust, TheSquareRootIsTheLargestWithThatSquare, ()) {
  const auto units = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
  const Decimal value = Decimal::from_parts(units, 6);
  const Decimal root = square_root(value);
  const Decimal unit = Decimal::from_parts(1, kDigits);
  RC_ASSERT(root * root <= value);
  RC_ASSERT((root + unit) * (root + unit) > value);
}

}  // namespace
}  // namespace reckoner::insight
