#include "text/lines.hpp"

#include <gmock/gmock.h>

namespace reckoner::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitLines, GivesWhatStandsBetweenLineFeeds) {
  EXPECT_THAT(split_lines(""), IsEmpty());
  EXPECT_THAT(split_lines("a"), ElementsAre("a"));
  EXPECT_THAT(split_lines("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(split_lines("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(split_lines("\n"), ElementsAre(""));
}

}  // namespace
}  // namespace reckoner::text
