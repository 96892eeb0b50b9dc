#include "base/mistakes.hpp"

#include <gmock/gmock.h>

namespace reckoner {

namespace {

using testing::ElementsAre;

void fail(const std::string& reason) {
  throw Error(reason);
}

TEST(Mistakes, AreFoundOneBehindTheOtherAndSayTheFirst) {
  MistakeCollector mistakes;
  mistakes.attempt([] { fail("one"); });
  mistakes.attempt([] {});
  mistakes.attempt([] { fail("two"); });
  try {
    mistakes.finish();
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "one");
    EXPECT_THAT(messages_of(error), ElementsAre("one", "two"));
  }
}

TEST(Mistakes, OfPartsAreThoseOfTheWhole) {
  MistakeCollector outer;
  outer.attempt([] {
    MistakeCollector inner;
    inner.attempt([] { fail("a"); });
    inner.attempt([] { fail("b"); });
    inner.finish();
  });
  outer.attempt([] { fail("c"); });
  EXPECT_TRUE(outer.any());
  try {
    outer.finish();
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(messages_of(error), ElementsAre("a", "b", "c"));
  }
}

TEST(Mistakes, NoneIsNoError) {
  MistakeCollector mistakes;
  mistakes.attempt([] {});
  EXPECT_FALSE(mistakes.any());
  EXPECT_NO_THROW(mistakes.finish());
}

TEST(Mistakes, EndTheSearchWhenThereAreEnough) {
  MistakeCollector mistakes;
  std::size_t looked_at = 0;
  EXPECT_THROW(
      {
        while (true) {
          ++looked_at;
          mistakes.attempt([] { fail("again"); });
        }
      },
      Mistakes);
  EXPECT_EQ(looked_at, MistakeCollector::kMax);
}

TEST(Mistakes, BugsAreNotCollected) {
  MistakeCollector mistakes;
  EXPECT_THROW(mistakes.attempt([] { throw Bug("bug"); }), Bug);
}

}  // namespace

}  // namespace reckoner
