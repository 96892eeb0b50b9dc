#include "money/grouped.hpp"

#include <gtest/gtest.h>

namespace reckoner::money {
namespace {

TEST(Grouped, PutsDigitsBeforeThePointInThrees) {
  for (const auto& [figure, expected] : {std::pair{"0", "0"},
                                         {"999", "999"},
                                         {"1000", "1,000"},
                                         {"-100", "-100"},
                                         {"-1234567.50", "-1,234,567.50"},
                                         {"123456", "123,456"},
                                         {"0.123456", "0.123456"},
                                         {"1204.5", "1,204.5"}}) {
    EXPECT_EQ(grouped(figure), expected);
  }
}

}  // namespace
}  // namespace reckoner::money
