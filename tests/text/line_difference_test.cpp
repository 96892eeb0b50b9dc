#include "text/line_difference.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <chrono>

namespace reckoner::text {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> told(const std::vector<DifferentLine>& lines) {
  std::vector<std::string> out;
  for (const DifferentLine& line : lines) {
    const char sign = line.change == LineChange::kSame      ? ' '
                      : line.change == LineChange::kRemoved ? '-'
                                                            : '+';
    out.push_back(sign + line.text);
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(LineDifference, NothingChangesInEqualTexts) {
  EXPECT_THAT(line_difference("", ""), IsEmpty());
  EXPECT_THAT(told(line_difference("a\nb\n", "a\nb\n")), ElementsAre(" a", " b"));
}

TEST(LineDifference, SaysWhatComesAndGoesWithNumbers) {
  const auto lines = line_difference("one\ntwo\nthree\nfour\n", "one\n2\nthree\nmore\nfour\n");
  EXPECT_THAT(told(lines), ElementsAre(" one", "-two", "+2", " three", "+more", " four"));
  EXPECT_EQ(lines[1].before, 2U);
  EXPECT_EQ(lines[1].after, 0U);
  EXPECT_EQ(lines[2].after, 2U);
  EXPECT_EQ(lines[5].before, 4U);
  EXPECT_EQ(lines[5].after, 5U);
}

TEST(LineDifference, FindsTheFewestChangesAmongLinesThatRepeat) {
  EXPECT_THAT(told(line_difference("a\nb\na\nb\n", "b\na\nb\na\n")),
              ElementsAre("-a", " b", " a", " b", "+a"));
  EXPECT_THAT(told(line_difference("x\n}\n}\n", "x\n}\ny\n}\n}\n")), SizeIs(5));
}

TEST(LineDifference, ALineBreakMissingAtTheEndIsADifference) {
  EXPECT_THAT(told(line_difference("a\nb", "a\nb\n")), ElementsAre(" a", "-b", "+b"));
}

TEST(LineDifference, LinesThatStandOnceHoldTheOthers) {
  EXPECT_THAT(told(line_difference("<a>\n</x>\n<b>\n</x>\n", "<a>\n</x>\n<c>\n</x>\n<b>\n</x>\n")),
              ElementsAre(" <a>", " </x>", "+<c>", "+</x>", " <b>", " </x>"));
}

TEST(LineDifference, LargeTextsTakeLittleTime) {
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (int i = 0; i < 60'000; ++i) {
    before.push_back("line " + std::to_string(i % 7));
    after.push_back("line " + std::to_string(i % 11));
  }
  const auto start = std::chrono::steady_clock::now();
  const auto lines = line_difference(joined(before), joined(after));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  EXPECT_GE(lines.size(), 60'000U);
}

RC_GTEST_PROP(LineDifference, LeadsFromOneTextToTheOther, ()) {
  const auto few = rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "b", "c", "d", "e", "}"));
  const auto before = *few;
  const auto after = *few;
  const auto lines = line_difference(joined(before), joined(after));
  std::vector<std::string> old_lines;
  std::vector<std::string> new_lines;
  for (const DifferentLine& line : lines) {
    if (line.change != LineChange::kAdded) old_lines.push_back(line.text);
    if (line.change != LineChange::kRemoved) new_lines.push_back(line.text);
  }
  RC_ASSERT(old_lines == before);
  RC_ASSERT(new_lines == after);
}

RC_GTEST_PROP(LineDifference, HunksHoldAllChangesOnceAndSayWhereTheyStand, ()) {
  const auto few =
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "b", "c"));
  const auto lines = line_difference(joined(*few), joined(*few));
  const auto context = *rc::gen::inRange<std::size_t>(0, 4);
  std::size_t changes = 0;
  for (const Hunk& hunk : hunks_of(lines, context)) {
    std::size_t before = hunk.before;
    std::size_t after = hunk.after;
    RC_ASSERT(!hunk.lines.empty());
    for (const DifferentLine& line : hunk.lines) {
      if (line.change != LineChange::kSame) ++changes;
      if (line.change != LineChange::kAdded) RC_ASSERT(line.before == before++);
      if (line.change != LineChange::kRemoved) RC_ASSERT(line.after == after++);
    }
  }
  RC_ASSERT(changes == count(lines, LineChange::kRemoved) + count(lines, LineChange::kAdded));
}

TEST(LineDifference, HunksThatWouldTouchAreOne) {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const std::string after = "1\nx\n3\n4\n5\n6\n7\ny\n9\n";
  EXPECT_THAT(hunks_of(line_difference(before, after), 1), SizeIs(2));
  EXPECT_THAT(hunks_of(line_difference(before, after), 3), SizeIs(1));
  const auto hunks = hunks_of(line_difference(before, after), 1);
  EXPECT_EQ(hunks[1].before, 7U);
  EXPECT_THAT(told(hunks[1].lines), ElementsAre(" 7", "-8", "+y", " 9"));
}

}  // namespace

}  // namespace reckoner::text
