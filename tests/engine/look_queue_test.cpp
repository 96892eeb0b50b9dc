#include "engine/look_queue.hpp"

#include <gmock/gmock.h>

#include <random>

namespace reckoner::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const time::Instant kBegin = time::parse_instant("2026-10-11T00:00:00Z");

time::Instant at(double s) {
  return kBegin + milliseconds(static_cast<milliseconds::rep>(s * 1000));
}

class LookQueueTest : public testing::Test {
 protected:
  std::vector<std::int64_t> due(double s) const { return queue.due(at(s), 100); }
  /// Two looks, a second apart, in which the share of the threshold grew from one to the other.
  void looked_twice(std::int64_t customer, std::int64_t before, std::int64_t now) {
    queue.looked(customer, at(0), LookQueue::Shares{before});
    queue.looked(customer, at(1), LookQueue::Shares{now});
  }
  LookQueue queue;
};

TEST_F(LookQueueTest, WhoWasNeverLookedAtIsDueAtOnce) {
  queue.add(7, 41);
  EXPECT_THAT(due(0), ElementsAre(7));
  EXPECT_THAT(due(0), ElementsAre(7)) << "waits until it was looked at";
  queue.looked(7, at(0), LookQueue::Shares{100'000});
  EXPECT_THAT(due(100), IsEmpty());
}

TEST_F(LookQueueTest, OneLookDoesNotSayHowItGoes) {
  queue.looked(7, at(0), LookQueue::Shares{100'000});
  queue.add(7, 41);
  EXPECT_THAT(due(0), ElementsAre(7));
}

TEST_F(LookQueueTest, AQuarterOfTheWayToTheThresholdIsWaited) {
  looked_twice(7, 500'000, 600'000);  // four seconds to go
  queue.add(7, 41);
  EXPECT_THAT(due(1.999), IsEmpty());
  EXPECT_THAT(due(2), ElementsAre(7));
}

TEST_F(LookQueueTest, TwentySecondsAtMost) {
  looked_twice(7, 500'000, 500'001);
  looked_twice(8, 500'000, 500'000);
  looked_twice(9, -400'000, -300'000);
  queue.add(7, 41);
  queue.add(8, 41);
  queue.add(9, 41);
  EXPECT_THAT(due(4.2), IsEmpty());
  EXPECT_THAT(due(20.999), ElementsAre(9));
  EXPECT_THAT(due(21), ElementsAre(9, 7, 8));
}

TEST_F(LookQueueTest, TheFirstOfSeveralThresholdsCounts) {
  queue.looked(7, at(0), LookQueue::Shares{900'000, 100'000});
  queue.looked(7, at(1), LookQueue::Shares{900'000, 200'000});  // eight seconds to go
  queue.add(7, 41);
  EXPECT_THAT(due(2.999), IsEmpty());
  EXPECT_THAT(due(3), ElementsAre(7));
}

TEST_F(LookQueueTest, AnotherNextThresholdIsLookedAtAtOnce) {
  looked_twice(7, 900'000, 300'000);
  queue.looked(8, at(0), LookQueue::Shares{900'000});
  queue.looked(8, at(1), LookQueue::Shares{900'000, 100'000});
  queue.add(7, 41);
  queue.add(8, 41);
  EXPECT_THAT(due(1), ElementsAre(7, 8));
}

TEST_F(LookQueueTest, LooksFarApartSayNothing) {
  queue.looked(7, at(0), LookQueue::Shares{100'000});
  queue.looked(7, at(61), LookQueue::Shares{100'001});
  queue.add(7, 41);
  EXPECT_THAT(due(61), ElementsAre(7));
}

TEST_F(LookQueueTest, WhoseSharesAreNotKnownIsDueAtOnce) {
  queue.looked(7, at(0), std::nullopt);
  queue.looked(7, at(1), std::nullopt);
  queue.add(7, 41);
  EXPECT_THAT(due(1), ElementsAre(7));
}

TEST_F(LookQueueTest, WhoHasToBeLookedAtDoesNotWait) {
  looked_twice(7, 500'000, 500'000);
  queue.add(7, 41);
  EXPECT_THAT(due(2), IsEmpty());
  queue.add(7, at(2));
  EXPECT_THAT(due(2), ElementsAre(7));
  EXPECT_EQ(queue.first_cut(), std::optional<std::int64_t>(41));
}

TEST_F(LookQueueTest, ManyChangesAtOnceDoNotKeepUsageWaiting) {
  for (std::int64_t customer : {1, 2, 3, 4}) queue.add(customer, at(0));
  queue.add(4, 41);
  EXPECT_THAT(due(0), ElementsAre(4, 1, 2, 3));
}

TEST_F(LookQueueTest, TheLongestDueComeFirstAndNoMoreThanWanted) {
  looked_twice(1, 500'000, 900'000);
  looked_twice(2, 500'000, 600'000);
  for (std::int64_t customer : {1, 2, 3}) queue.add(customer, 41);
  EXPECT_THAT(queue.due(at(60), 2), ElementsAre(3, 1));
}

TEST_F(LookQueueTest, WhoIsOnlySweptComesBehindUsageButComes) {
  for (std::int64_t customer : {1, 2, 3, 4, 5, 6}) queue.sweep(customer);
  for (std::int64_t customer : {5, 6, 7, 8, 9}) queue.add(customer, 41);
  EXPECT_THAT(queue.due(at(0), 4), ElementsAre(5, 6, 7, 1));
  EXPECT_FALSE(queue.is_swept());
  for (std::int64_t customer : {5, 6, 7, 1}) queue.looked(customer, at(0), std::nullopt);
  EXPECT_THAT(queue.due(at(0), 100), ElementsAre(8, 9, 2, 3, 4));
  queue.sweep(8);
  EXPECT_THAT(queue.due(at(0), 100), ElementsAre(8, 9, 2, 3, 4));
  for (std::int64_t customer : {2, 3, 4}) queue.looked(customer, at(0), std::nullopt);
  EXPECT_TRUE(queue.is_swept());
}

TEST_F(LookQueueTest, WhatIsKnownOfLooksOutlivesTheWaiting) {
  looked_twice(7, 500'000, 500'000);
  queue.add(7, 41);
  queue.sweep(8);
  queue.forget_waiting();
  EXPECT_THAT(due(100), IsEmpty());
  EXPECT_EQ(queue.first_cut(), std::nullopt);
  queue.add(7, 42);
  EXPECT_THAT(due(20), IsEmpty());
  EXPECT_THAT(due(21), ElementsAre(7));
}

TEST_F(LookQueueTest, TheFirstCutThatSomebodyWaitsWith) {
  EXPECT_EQ(queue.first_cut(), std::nullopt);
  queue.add(1, 43);
  queue.add(2, 41);
  queue.add(2, 44);
  queue.add(3, at(0));
  queue.sweep(4);
  EXPECT_EQ(queue.first_cut(), std::optional<std::int64_t>(41));
  queue.looked(2, at(0), LookQueue::Shares{});
  EXPECT_EQ(queue.first_cut(), std::optional<std::int64_t>(43));
  queue.looked(1, at(0), LookQueue::Shares{});
  EXPECT_EQ(queue.first_cut(), std::nullopt);
}

/// Whatever happens, nobody who is added waits longer than twenty seconds after the last look, and
/// a month that grows evenly is looked at before it has come further than a quarter of what was
/// left.
TEST(LookQueueProperty, NobodyIsForgottenAndEvenGrowthIsNeverMissed) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    LookQueue queue;
    const std::int64_t pace = std::uniform_int_distribution<std::int64_t>(0, 30'000)(random);
    std::int64_t looked_at = -1'000'000;
    std::int64_t share = 0;
    std::int64_t seen = 0;
    int looks = 0;
    for (std::int64_t second = 0; second < 120; ++second) {
      share += pace;
      if (share >= 1'000'000) break;
      queue.add(7, second);
      if (queue.due(at(static_cast<double>(second)), 1).empty()) {
        ASSERT_LT(second - looked_at, 20);
        ASSERT_TRUE(looks < 2 || (share - seen) * 4 <= 1'000'000 - seen) << "pace " << pace;
        continue;
      }
      queue.looked(7, at(static_cast<double>(second)), LookQueue::Shares{share});
      looked_at = second;
      seen = share;
      ++looks;
    }
    ASSERT_GE(looks, 3);
  }
}

}  // namespace
}  // namespace reckoner::engine
