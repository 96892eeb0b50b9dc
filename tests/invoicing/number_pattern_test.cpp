#include "invoicing/number_pattern.hpp"

#include <gtest/gtest.h>

namespace reckoner::invoicing {

namespace {

TEST(NumberPatternTest, YearAndSequenceAreFilledIn) {
  EXPECT_EQ(format_number("INV-{year}-{seq:6}", 2026, 42), "INV-2026-000042");
  EXPECT_EQ(format_number("{seq}", 2026, 7), "7");
  EXPECT_EQ(format_number("{seq:3}/{year}", 2026, 7), "007/2026");
  EXPECT_EQ(format_number("A{seq:1}Z", 2026, 7), "A7Z");
}

TEST(NumberPatternTest, ASequenceGrowsBeyondItsDigits) {
  EXPECT_EQ(format_number("{seq:3}", 2026, 999), "999");
  EXPECT_EQ(format_number("{seq:3}", 2026, 1000), "1000");
  EXPECT_EQ(format_number("{seq:3}", 2026, 9'007'199'254'740'993), "9007199254740993");
}

TEST(NumberPatternTest, APatternWithAYearCountsByYear) {
  EXPECT_TRUE(counts_by_year("INV-{year}-{seq:6}"));
  EXPECT_FALSE(counts_by_year("INV-{seq:6}"));
}

}  // namespace

}  // namespace reckoner::invoicing
