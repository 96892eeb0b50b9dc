#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.hpp"
#include "time/cycle.hpp"
#include "time/expect.hpp"

namespace reckoner::time {
namespace {

using namespace std::chrono;

// Rhythms of any ISO 8601 length through an anchor.

CycleRule through(const char* anchor, const char* length, const char* zone = "UTC") {
  return CycleRule::through(on(anchor), parse_calendar_duration(length), Zone::named(zone));
}

std::string shown(const CyclePeriod& period) {
  return to_string(period.starts_on) + " " + to_string(period.ends_on);
}

TEST(Rhythm, PeriodContainingADay) {
  struct Row {
    const char* anchor;
    const char* length;
    const char* day;
    const char* period;
  };
  const Row rows[] = {
      {"2026-01-05", "P1D", "2026-10-17", "2026-10-17 2026-10-18"},
      {"2026-01-05", "P7D", "2026-10-17", "2026-10-12 2026-10-19"},
      {"2026-01-05", "P7D", "2026-01-05", "2026-01-05 2026-01-12"},
      {"2026-01-05", "P7D", "2026-01-04", "2025-12-29 2026-01-05"},
      {"2026-01-05", "P4W", "2026-03-01", "2026-02-02 2026-03-02"},
      {"2026-01-05", "P28D", "2025-12-07", "2025-11-10 2025-12-08"},
      {"2025-01-31", "P1M", "2025-03-30", "2025-02-28 2025-03-31"},
      {"2025-01-31", "P1M", "2025-03-31", "2025-03-31 2025-04-30"},
      {"2025-01-31", "P1M", "2024-03-01", "2024-02-29 2024-03-31"},
      {"2025-11-30", "P3M", "2026-02-28", "2026-02-28 2026-05-30"},
      {"2025-11-30", "P3M", "2025-11-29", "2025-08-30 2025-11-30"},
      {"2024-02-29", "P1Y", "2027-02-28", "2027-02-28 2028-02-29"},
      {"2024-02-29", "P1Y", "2028-02-28", "2027-02-28 2028-02-29"},
      {"2024-02-29", "P1Y", "2029-02-27", "2028-02-29 2029-02-28"},
      {"2024-02-29", "P2Y", "2023-07-01", "2022-02-28 2024-02-29"},
      {"2026-01-31", "P1M15D", "2026-04-01", "2026-03-15 2026-04-30"},
  };
  for (const Row& row : rows) {
    const CycleRule rule = through(row.anchor, row.length);
    EXPECT_EQ(shown(period_containing(rule, rule.zone.start_of(on(row.day)))), row.period)
        << row.anchor << " " << row.length << " " << row.day;
  }
}

TEST(Rhythm, DaysOfClockChangesAreDays) {
  const CycleRule weekly = through("2026-03-23", "P7D", "Europe/Berlin");
  const CyclePeriod week = period_containing(weekly, at("2026-03-29T12:00:00Z"));
  EXPECT_EQ(shown(week), "2026-03-23 2026-03-30");
  EXPECT_EQ(week.period.length(), hours(7 * 24 - 1));
  // Samoa had no 30 December: the day before is followed by the 31st.
  const CycleRule daily = through("2011-12-01", "P1D", "Pacific/Apia");
  const CyclePeriod last = period_containing(daily, daily.zone.start_of(on("2011-12-29")));
  EXPECT_EQ(shown(last), "2011-12-29 2011-12-31");
  EXPECT_EQ(shown(period_from(daily, last.period.ends_at)), "2011-12-31 2012-01-01");
}

TEST(Rhythm, BoundariesAtATimeOfDay) {
  CycleRule rule = through("2025-10-31", "P1M", "America/New_York");
  rule.since_midnight = hours(2) + minutes(30);
  const CyclePeriod period = period_containing(rule, at("2026-02-28T07:29:59Z"));
  EXPECT_EQ(to_string(period.period.starts_at), "2026-01-31T07:30:00Z");
  EXPECT_EQ(to_string(period.period.ends_at), "2026-02-28T07:30:00Z");
  // 8 March: half past two is skipped, the period begins where the clock goes on.
  CycleRule skipped = through("2026-03-08", "P1D", "America/New_York");
  skipped.since_midnight = rule.since_midnight;
  EXPECT_EQ(to_string(period_containing(skipped, at("2026-03-08T12:00:00Z")).period.starts_at),
            "2026-03-08T07:00:00Z");
}

TEST(Rhythm, AChangeMakesOnePeriodShorterOrLonger) {
  // A boundary on the next day is passed, unless the rhythm is daily.
  EXPECT_EQ(shown(period_from(through("2026-05-02", "P7D"), at("2026-05-01T00:00:00Z"))),
            "2026-05-01 2026-05-09");
  EXPECT_EQ(shown(period_from(through("2026-05-03", "P7D"), at("2026-05-01T00:00:00Z"))),
            "2026-05-01 2026-05-03");
  EXPECT_EQ(shown(period_from(through("2026-05-02", "P1D"), at("2026-05-01T06:00:00Z"))),
            "2026-05-01 2026-05-03");
}

TEST(FirstPeriod, IsAStubHoweverShort) {
  EXPECT_EQ(shown(first_period(through("2026-05-02", "P1M"), at("2026-05-01T00:00:00Z"))),
            "2026-05-01 2026-05-02");
  EXPECT_EQ(shown(first_period(through("2026-05-02", "P1M"), at("2026-05-02T00:00:00Z"))),
            "2026-05-02 2026-06-02");
  const CycleRule tenth{.anchor_day = 10};
  EXPECT_EQ(shown(first_period(tenth, at("2024-01-09T00:00:00Z"))), "2024-01-09 2024-01-10");
  EXPECT_EQ(shown(first_period(tenth, at("2024-01-11T00:00:00Z"))), "2024-01-11 2024-02-10");
  const CycleRule quarterly{.anchor_day = 1, .months = 3};
  EXPECT_EQ(shown(first_period(quarterly, at("2025-10-08T00:00:00Z"))), "2025-10-08 2026-01-01");
}

TEST(PeriodSince, CountsFromTheStub) {
  const CycleRule rule{.anchor_day = 31};
  const Instant start = at("2024-01-20T00:00:00Z");
  const auto found = [&](const char* instant) {
    const NumberedPeriod numbered = period_since(rule, start, at(instant));
    return std::to_string(numbered.elapsed) + " " + shown(numbered.period);
  };
  EXPECT_EQ(found("2023-06-01T00:00:00Z"), "0 2024-01-20 2024-01-31");
  EXPECT_EQ(found("2024-01-30T23:59:59Z"), "0 2024-01-20 2024-01-31");
  EXPECT_EQ(found("2024-01-31T00:00:00Z"), "1 2024-01-31 2024-02-29");
  EXPECT_EQ(found("2024-12-31T00:00:00Z"), "12 2024-12-31 2025-01-31");
}

TEST(Rhythm, ALengthInDaysNeedsAnAnchor) {
  EXPECT_THROW(period_containing({.months = 0, .zone = Zone::utc(), .anchor = {}, .days = 7},
                                 at("2026-05-01T00:00:00Z")),
               Bug);
  EXPECT_THROW(period_containing({.months = 0}, at("2026-05-01T00:00:00Z")), Bug);
}

/// Boundaries increase, each is the anchor plus whole lengths, and nothing lies between periods.
TEST(Rhythm, BoundariesIncreaseAndAreDerivedFromTheAnchor) {
  EXPECT_TRUE(rc::check([] {
    const CalendarDuration length = *rc::gen::element(
        CalendarDuration{0, 1}, CalendarDuration{0, 7}, CalendarDuration{0, 28},
        CalendarDuration{1, 0}, CalendarDuration{3, 0}, CalendarDuration{12, 0},
        CalendarDuration{1, 15}, CalendarDuration{0, 30}, CalendarDuration{18, 0});
    const auto& names = Zone::names();
    const Zone zone = Zone::named(names[*rc::gen::inRange<std::size_t>(0, names.size())]);
    const Date anchor = add_days(on("1990-01-01"), *rc::gen::inRange<std::int64_t>(0, 20'000));
    const CycleRule rule = CycleRule::through(anchor, length, zone);
    const Instant instant{seconds(*rc::gen::inRange<std::int64_t>(0, 4'000'000'000))};
    CyclePeriod period = period_containing(rule, instant);
    RC_ASSERT(period.period.contains(instant));
    std::int64_t number = 0;
    while (add(anchor, length, number) > period.starts_on) --number;
    while (zone.start_of(add(anchor, length, number)) < period.period.starts_at) ++number;
    for (int i = 0; i < 30; ++i) {
      RC_ASSERT(period.period.starts_at == zone.start_of(add(anchor, length, number)));
      const Instant ends_at = period.period.ends_at;
      RC_ASSERT(period.period.starts_at < ends_at);
      // A day that the zone skipped begins where the next one does.
      do ++number;
      while (zone.start_of(add(anchor, length, number)) < ends_at);
      period = period_from(rule, ends_at);
    }
  }));
}

}  // namespace
}  // namespace reckoner::time
