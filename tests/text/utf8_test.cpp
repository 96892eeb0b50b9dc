#include "text/utf8.hpp"

#include <gtest/gtest.h>

namespace reckoner::text {
namespace {

TEST(Beginning, CutsBetweenCharacters) {
  EXPECT_EQ(beginning("", 3), "");
  EXPECT_EQ(beginning("abc", 3), "abc");
  EXPECT_EQ(beginning("abcd", 3), "abc");
  EXPECT_EQ(beginning("a日本", 3), "a");
  EXPECT_EQ(beginning("a日本", 4), "a日");
  EXPECT_EQ(beginning("a日本", 6), "a日");
  EXPECT_EQ(beginning("日", 2), "");
  EXPECT_EQ(beginning("a😀", 4), "a");
}

}  // namespace
}  // namespace reckoner::text
