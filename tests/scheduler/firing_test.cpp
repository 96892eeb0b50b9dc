#include "scheduler/firing.hpp"

#include <gtest/gtest.h>

#include "scheduler/clock_watch.hpp"

namespace reckoner::scheduler {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using SteadyTime = std::chrono::steady_clock::time_point;

time::Instant at(std::string_view text) {
  return time::parse_instant(text);
}

config::Schedule schedule(std::string_view cron, config::Missed missed) {
  return {.cron = time::Cron::parse(cron), .zone = time::Zone::utc(), .missed = missed};
}

TEST(NextFiring, CatchesUpOneByOne) {
  const auto daily = schedule("0 0 2 * * ?", config::Missed::kCatchUp);
  EXPECT_EQ(next_firing(daily, seconds(0), at("2026-01-01T02:00:00Z"), at("2026-06-01T00:00:00Z")),
            at("2026-01-02T02:00:00Z"));
}

TEST(NextFiring, SkipsToTheLatestThatHasHadItsGrace) {
  const auto daily = schedule("0 0 2 * * ?", config::Missed::kSkip);
  const auto last = at("2026-01-01T02:00:00Z");
  EXPECT_EQ(next_firing(daily, seconds(0), last, at("2026-06-01T02:00:00Z")),
            at("2026-06-01T02:00:00Z"));
  EXPECT_EQ(next_firing(daily, seconds(0), last, at("2026-06-01T01:59:59Z")),
            at("2026-05-31T02:00:00Z"));
  EXPECT_EQ(next_firing(daily, hours(24), last, at("2026-06-01T01:59:59Z")),
            at("2026-05-30T02:00:00Z"));
  EXPECT_EQ(next_firing(daily, seconds(0), last, at("2026-01-01T12:00:00Z")),
            at("2026-01-02T02:00:00Z"));
  EXPECT_EQ(next_firing(daily, seconds(0), last, at("2025-01-01T12:00:00Z")),
            at("2026-01-02T02:00:00Z"));
}

TEST(NextFiring, SkipsManyQuickly) {
  const auto always = schedule("* * * * * ?", config::Missed::kSkip);
  EXPECT_EQ(next_firing(always, seconds(0), at("1950-01-01T00:00:00Z"), at("2026-06-01T01:59:59Z")),
            at("2026-06-01T01:59:59Z"));
  const auto yearly = schedule("0 0 0 1 1 ?", config::Missed::kSkip);
  EXPECT_EQ(next_firing(yearly, seconds(0), at("1950-01-01T00:00:00Z"), at("2026-06-01T01:59:59Z")),
            at("2026-01-01T00:00:00Z"));
}

TEST(ClockWatch, TellsJumpsOfMoreThanAMinute) {
  ClockWatch watch;
  const auto wall = at("2026-01-01T00:00:00Z");
  const SteadyTime steady{};
  EXPECT_EQ(watch.jump(wall, steady), std::nullopt);
  EXPECT_EQ(watch.jump(wall + seconds(90), steady + seconds(30)), std::nullopt);
  EXPECT_EQ(watch.jump(wall + seconds(90) + hours(1), steady + seconds(30)), seconds(3600));
  EXPECT_EQ(watch.jump(wall, steady + seconds(90)), seconds(-3750));
  EXPECT_EQ(watch.jump(wall + hours(9), steady + seconds(90) + hours(9)), std::nullopt);
}

}  // namespace
}  // namespace reckoner::scheduler
