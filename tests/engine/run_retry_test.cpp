#include "engine/run_retry.hpp"

#include <gmock/gmock.h>

#include "engine/run_presence.hpp"

namespace reckoner::engine {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

store::DatabaseError error(std::string sqlstate, std::string constraint = "", bool lost = false) {
  return store::DatabaseError({.statement = "test",
                               .sqlstate = std::move(sqlstate),
                               .message = "refused",
                               .constraint = std::move(constraint),
                               .connection_lost = lost});
}

TEST(RunRetry, TellsWhatMayPassFromWhatMayNot) {
  EXPECT_EQ(failure_of(error("40001")), Failure::kContention);
  EXPECT_EQ(failure_of(error("40P01")), Failure::kContention);
  EXPECT_EQ(failure_of(error("55P03")), Failure::kContention);
  EXPECT_EQ(failure_of(error("57014")), Failure::kTimeout);
  EXPECT_EQ(failure_of(error("25P03", "", true)), Failure::kTimeout);
  EXPECT_EQ(failure_of(error("57P01", "", true)), Failure::kConnection);
  EXPECT_EQ(failure_of(error("08006", "", true)), Failure::kConnection);
  EXPECT_EQ(failure_of(error("53200")), Failure::kConnection);
  EXPECT_EQ(failure_of(error("53100")), Failure::kWorld);
  EXPECT_EQ(failure_of(error("53300")), Failure::kWorld);
  EXPECT_EQ(failure_of(error("23505", "document_pkey")), Failure::kClash);
  EXPECT_EQ(failure_of(error("23505", "document_pkey_102008")), Failure::kClash) << "of a shard";
  EXPECT_EQ(failure_of(error("23505", "issued_pkey")), Failure::kRefused);
  EXPECT_EQ(failure_of(error("23514")), Failure::kRefused);
}

TEST(RunRetry, NarrowsDownAfterABoundedNumberOfTries) {
  EXPECT_EQ(next_step(Failure::kRefused, 1, 20), NextStep::kHalve);
  EXPECT_EQ(next_step(Failure::kRefused, 1, 1), NextStep::kPark);
  EXPECT_EQ(next_step(Failure::kTimeout, 2, 20), NextStep::kRepeat);
  EXPECT_EQ(next_step(Failure::kTimeout, 3, 20), NextStep::kHalve);
  EXPECT_EQ(next_step(Failure::kTimeout, 3, 1), NextStep::kPark);
  EXPECT_EQ(next_step(Failure::kContention, 9, 20), NextStep::kRepeat);
  EXPECT_EQ(next_step(Failure::kContention, 10, 20), NextStep::kHalve);
  EXPECT_EQ(next_step(Failure::kContention, 10, 1), NextStep::kPark);
}

TEST(RunRetry, GivesUpWhereTheClockStaysWrong) {
  EXPECT_EQ(next_step(Failure::kDay, 4, 20), NextStep::kRepeat);
  EXPECT_EQ(next_step(Failure::kDay, 5, 20), NextStep::kGiveUp);
  EXPECT_EQ(next_step(Failure::kDay, 5, 1), NextStep::kGiveUp);
}

TEST(RunRetry, ParksNobodyForWhatSaysNothingOfCustomers) {
  constexpr std::int64_t kMany = 1'000'000;
  EXPECT_EQ(next_step(Failure::kClash, kMany, 20), NextStep::kRepeat);
  EXPECT_EQ(next_step(Failure::kClash, kMany, 1), NextStep::kRepeat);
  EXPECT_EQ(next_step(Failure::kWorld, kMany, 20), NextStep::kRepeat);
  EXPECT_EQ(next_step(Failure::kConnection, 10, 20), NextStep::kHalve);
  EXPECT_EQ(next_step(Failure::kConnection, kMany, 1), NextStep::kRepeat);
}

TEST(RunRetry, RestsLongerWithEachFailureAndNeverLongerThanFiveSeconds) {
  EXPECT_EQ(rest_after(Failure::kContention, 1, 0), milliseconds(50));
  EXPECT_EQ(rest_after(Failure::kContention, 1, 1000), milliseconds(100));
  EXPECT_EQ(rest_after(Failure::kContention, 4, 1000), milliseconds(800));
  EXPECT_EQ(rest_after(Failure::kWorld, 1'000'000, 1000), seconds(5));
  EXPECT_EQ(rest_after(Failure::kClash, 1'000'000, 1000), milliseconds(100));
}

TEST(RunRetry, GoesOnSoonAfterAServerThatWasLostIsBack) {
  EXPECT_EQ(rest_after(Failure::kConnection, 4, 1000), milliseconds(800));
  EXPECT_EQ(rest_after(Failure::kConnection, 1'000'000, 1000), seconds(1));
}

TEST(FailedBatches, RestOnTheirOwn) {
  FailedBatches failed;
  const FailedBatches::Steady::time_point now{};
  EXPECT_EQ(failed.count(3, Failure::kTimeout), 1);
  EXPECT_EQ(failed.count(3, Failure::kTimeout), 2);
  EXPECT_EQ(failed.count(4, Failure::kTimeout), 1);
  EXPECT_EQ(failed.count(3, Failure::kContention), 1) << "each kind has a patience of its own";
  failed.rest(3, now + seconds(2));
  EXPECT_THAT(failed.resting(now + seconds(1)), ElementsAre(3));
  EXPECT_THAT(failed.resting(now + seconds(2)), IsEmpty());
  failed.forget(3);
  EXPECT_EQ(failed.count(3, Failure::kTimeout), 1);
}

class Silence : public testing::Test {
 protected:
  /// Looks `after` the last look, at worker 1 with that beat.
  std::size_t silent(milliseconds after, std::int64_t beat) {
    now_ += after;
    return watch_.silent({{1, beat}}, now_, seconds(3)).size();
  }
  SilenceWatch watch_{seconds(1)};
  SilenceWatch::Steady::time_point now_{};
};

TEST_F(Silence, IsABeatThatStandsStillForLong) {
  EXPECT_EQ(silent(seconds(0), 7), 0U);
  EXPECT_EQ(silent(seconds(1), 7), 0U);
  EXPECT_EQ(silent(seconds(1), 7), 0U);
  EXPECT_EQ(silent(seconds(1), 7), 1U);
  EXPECT_EQ(silent(seconds(1), 8), 0U) << "it lives";
  EXPECT_EQ(silent(seconds(1), 8), 0U);
}

TEST_F(Silence, OfAnObserverWhoSleptBlamesNobody) {
  EXPECT_EQ(silent(seconds(0), 7), 0U);
  EXPECT_EQ(silent(std::chrono::hours(5), 7), 0U);
  EXPECT_EQ(silent(seconds(1), 7), 0U);
  EXPECT_EQ(silent(seconds(1), 7), 1U);
}

TEST_F(Silence, BeginsAnewForOneWhoComesBack) {
  silent(seconds(0), 7);
  silent(seconds(1), 7);
  EXPECT_THAT(watch_.silent({}, now_ + seconds(1), seconds(3)), SizeIs(0));
  now_ += seconds(1);
  EXPECT_EQ(silent(seconds(1), 7), 0U);
  EXPECT_EQ(silent(seconds(1), 7), 0U);
}

}  // namespace

}  // namespace reckoner::engine
