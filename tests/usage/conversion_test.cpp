#include "usage/conversion.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner::usage {

namespace {

using money::Decimal;
using money::Ratio;
using money::Rounding;
using Operation = Conversion::Operation;

TEST(ConvertTest, IsExactWithoutRounding) {
  EXPECT_EQ(convert(Decimal(7), {.operation = Operation::kDivide, .factor = 3, .rounding = {}}),
            Ratio(7, 3));
  EXPECT_EQ(convert(Decimal::parse("2.5"), {.factor = Decimal::parse("1.2"), .rounding = {}}),
            Ratio(Decimal(3)));
  EXPECT_EQ(convert(Decimal(5), {.rounding = {}}), Ratio(Decimal(5)));
}

TEST(ConvertTest, RoundsOnceToThePrecision) {
  const auto megabytes = [](std::int64_t bytes, Rounding rounding, int precision) {
    const Ratio converted = convert(Decimal(bytes), {.operation = Operation::kDivide,
                                                     .factor = 1'048'576,
                                                     .rounding = rounding,
                                                     .precision = precision});
    return converted.numerator().to_string();
  };
  EXPECT_EQ(megabytes(1'048'577, Rounding::kCeiling, 0), "2");
  EXPECT_EQ(megabytes(1'048'577, Rounding::kFloor, 0), "1");
  EXPECT_EQ(megabytes(1'572'864, Rounding::kHalfAwayFromZero, 0), "2");
  EXPECT_EQ(megabytes(1'572'863, Rounding::kHalfAwayFromZero, 0), "1");
  EXPECT_EQ(megabytes(1'153'434, Rounding::kHalfAwayFromZero, 2), "1.1");
  EXPECT_EQ(megabytes(0, Rounding::kCeiling, 0), "0");
}

TEST(ConvertTest, TheFactorIsAboveZero) {
  EXPECT_THROW(convert(Decimal(1), {.factor = 0, .rounding = {}}), Error);
  EXPECT_THROW(convert(Decimal(1), {.factor = -2, .rounding = {}}), Error);
}

}  // namespace

}  // namespace reckoner::usage
