#include "time/fraction.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.hpp"
#include "time/expect.hpp"

namespace reckoner::time {
namespace {

using namespace std::chrono;

Days days_of(const char* starts_on, const char* ends_on) {
  return {on(starts_on), on(ends_on)};
}

TEST(FractionOfDays, CountsWhatIsCommon) {
  const Days october = days_of("2026-10-01", "2026-11-01");
  EXPECT_EQ(fraction_of_days(october, october), (Fraction{31, 31}));
  EXPECT_TRUE(fraction_of_days(october, october).is_whole());
  EXPECT_EQ(fraction_of_days(days_of("2026-10-17", "2026-11-01"), october), (Fraction{15, 31}));
  EXPECT_EQ(fraction_of_days(days_of("2026-09-20", "2026-10-02"), october), (Fraction{1, 31}));
  EXPECT_EQ(fraction_of_days(days_of("2026-01-01", "2027-01-01"), october), (Fraction{31, 31}));
  EXPECT_EQ(fraction_of_days(days_of("2026-11-01", "2026-12-01"), october), (Fraction{0, 31}));
  EXPECT_EQ(fraction_of_days(days_of("2026-10-09", "2026-10-09"), october), (Fraction{0, 31}));
  EXPECT_EQ(
      fraction_of_days(days_of("2024-02-12", "2024-03-01"), days_of("2024-02-01", "2024-03-01")),
      (Fraction{18, 29}));
  EXPECT_THROW(fraction_of_days(october, days_of("2026-10-01", "2026-10-01")), Error);
}

TEST(FractionOfTime, CountsSecondsOrMicroseconds) {
  const Period day{at("2026-10-01T00:00:00Z"), at("2026-10-02T00:00:00Z")};
  EXPECT_EQ(fraction_of_time({at("2026-10-01T18:00:00Z"), at("2026-10-05T00:00:00Z")}, day),
            (Fraction{21'600, 86'400}));
  EXPECT_EQ(fraction_of_time({at("2026-10-01T23:59:59.5Z"), day.ends_at}, day),
            (Fraction{500'000, 86'400'000'000}));
  EXPECT_EQ(fraction_of_time({at("2026-09-01T00:00:00Z"), day.starts_at}, day),
            (Fraction{0, 86'400}));
  EXPECT_EQ(fraction_of_time(seconds(40), days(31)), (Fraction{40, 2'678'400}));
  EXPECT_EQ(fraction_of_time(days(40), days(31)), (Fraction{2'678'400, 2'678'400}));
  EXPECT_THROW(fraction_of_time(day, {day.starts_at, day.starts_at}), Error);
}

/// A period cut anywhere leaves parts that make the whole.
TEST(FractionOfDays, PartsSumToTheWhole) {
  EXPECT_TRUE(rc::check([] {
    const Date start = add_days(on("2020-01-01"), *rc::gen::inRange<std::int64_t>(0, 4000));
    const std::int64_t length = *rc::gen::inRange<std::int64_t>(1, 400);
    const Days whole{start, add_days(start, length)};
    const Date cut = add_days(start, *rc::gen::inRange<std::int64_t>(0, length + 1));
    const Fraction before = fraction_of_days({whole.starts_on, cut}, whole);
    const Fraction after = fraction_of_days({cut, whole.ends_on}, whole);
    RC_ASSERT(before.part + after.part == before.whole);
    RC_ASSERT(before.whole == length && after.whole == length);
  }));
}

}  // namespace
}  // namespace reckoner::time
