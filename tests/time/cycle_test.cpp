#include "time/cycle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <iostream>

#include "time/expect.hpp"

namespace reckoner::time {
namespace {

using namespace std::chrono;

std::string shown(const CyclePeriod& period) {
  return period.label + " " + to_string(period.starts_on) + " " + to_string(period.ends_on);
}

std::string shown(const Period& period) {
  return to_string(period.starts_at) + " " + to_string(period.ends_at);
}

CycleRule rule(int anchor_day, int months, const char* zone) {
  return {.anchor_day = anchor_day, .months = months, .zone = Zone::named(zone)};
}

TEST(PeriodContaining, LiesBetweenBoundaries) {
  struct Row {
    int anchor_day;
    int months;
    const char* zone;
    const char* instant;
    const char* label_and_days;
    const char* period;
  };
  const Row rows[] = {
      {1, 1, "UTC", "2026-10-01T00:00:00Z", "2026-10 2026-10-01 2026-11-01",
       "2026-10-01T00:00:00Z 2026-11-01T00:00:00Z"},
      {1, 1, "UTC", "2026-09-30T23:59:59.999999Z", "2026-09 2026-09-01 2026-10-01",
       "2026-09-01T00:00:00Z 2026-10-01T00:00:00Z"},
      {1, 1, "Asia/Kolkata", "2026-10-15T14:20:00Z", "2026-10 2026-10-01 2026-11-01",
       "2026-09-30T18:30:00Z 2026-10-31T18:30:00Z"},
      {1, 1, "Asia/Kolkata", "2026-09-30T18:29:59Z", "2026-09 2026-09-01 2026-10-01",
       "2026-08-31T18:30:00Z 2026-09-30T18:30:00Z"},
      {15, 1, "Pacific/Honolulu", "2026-10-15T09:59:59Z", "2026-09 2026-09-15 2026-10-15",
       "2026-09-15T10:00:00Z 2026-10-15T10:00:00Z"},
      {15, 1, "Pacific/Honolulu", "2026-10-15T10:00:00Z", "2026-10 2026-10-15 2026-11-15",
       "2026-10-15T10:00:00Z 2026-11-15T10:00:00Z"},
      {31, 1, "Pacific/Kiritimati", "2026-10-30T10:00:00Z", "2026-10 2026-10-31 2026-11-30",
       "2026-10-30T10:00:00Z 2026-11-29T10:00:00Z"},
      {31, 1, "UTC", "2024-02-15T00:00:00Z", "2024-01 2024-01-31 2024-02-29",
       "2024-01-31T00:00:00Z 2024-02-29T00:00:00Z"},
      {30, 1, "UTC", "2023-03-01T00:00:00Z", "2023-02 2023-02-28 2023-03-30",
       "2023-02-28T00:00:00Z 2023-03-30T00:00:00Z"},
      {29, 1, "UTC", "2024-03-01T00:00:00Z", "2024-02 2024-02-29 2024-03-29",
       "2024-02-29T00:00:00Z 2024-03-29T00:00:00Z"},
      {28, 1, "UTC", "2024-02-28T00:00:00Z", "2024-02 2024-02-28 2024-03-28",
       "2024-02-28T00:00:00Z 2024-03-28T00:00:00Z"},
      {31, 3, "UTC", "2024-02-15T00:00:00Z", "2024-01 2024-01-31 2024-04-30",
       "2024-01-31T00:00:00Z 2024-04-30T00:00:00Z"},
      {29, 12, "UTC", "2024-03-01T00:00:00Z", "2024-02 2024-02-29 2025-02-28",
       "2024-02-29T00:00:00Z 2025-02-28T00:00:00Z"},
      {4, 1, "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11 2018-11-04 2018-12-04",
       "2018-11-04T03:00:00Z 2018-12-04T02:00:00Z"},
      {2, 1, "America/Havana", "2025-11-02T05:30:00Z", "2025-11 2025-11-02 2025-12-02",
       "2025-11-02T04:00:00Z 2025-12-02T05:00:00Z"},
      {30, 1, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12 2011-12-31 2012-01-30",
       "2011-12-30T10:00:00Z 2012-01-29T10:00:00Z"},
      // At one minute past the first midnight the clock went back to the day before.
      {28, 1, "America/St_Johns", "2007-10-28T02:35:00Z", "2007-10 2007-10-28 2007-11-28",
       "2007-10-28T02:30:00Z 2007-11-28T03:30:00Z"},
  };
  for (const Row& row : rows) {
    const CyclePeriod period =
        period_containing(rule(row.anchor_day, row.months, row.zone), at(row.instant));
    EXPECT_EQ(shown(period), row.label_and_days) << row.zone << " " << row.instant;
    EXPECT_EQ(shown(period.period), row.period) << row.zone << " " << row.instant;
  }
}

TEST(PeriodContaining, ContainsEveryInstant) {
  EXPECT_TRUE(rc::check([] {
    const auto& names = Zone::names();
    const CycleRule any{
        .anchor_day = *rc::gen::inRange(1, 32),
        .months = *rc::gen::inRange(1, 13),
        .zone = Zone::named(names[*rc::gen::inRange<std::size_t>(0, names.size())])};
    const Instant instant{seconds(*rc::gen::inRange<std::int64_t>(-2'208'988'800, 7'258'118'400))};
    const CyclePeriod period = period_containing(any, instant);
    RC_ASSERT(period.period.contains(instant));
    RC_ASSERT(period_from(any, period.period.starts_at).period == period.period);
  }));
}

TEST(PeriodFrom, AnchorsComeBackAfterShortMonths) {
  struct Row {
    int anchor_day;
    const char* first;
    std::vector<const char*> boundaries;
  };
  const Row rows[] = {
      {1, "2024-01-01", {"2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"}},
      {15, "2024-01-15", {"2024-02-15", "2024-03-15", "2024-04-15", "2024-05-15"}},
      {28, "2023-01-28", {"2023-02-28", "2023-03-28", "2023-04-28", "2023-05-28"}},
      {29, "2023-01-29", {"2023-02-28", "2023-03-29", "2023-04-29", "2023-05-29"}},
      {30, "2023-01-30", {"2023-02-28", "2023-03-30", "2023-04-30", "2023-05-30"}},
      {31, "2023-01-31", {"2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"}},
      {29, "2024-01-29", {"2024-02-29", "2024-03-29", "2024-04-29", "2024-05-29"}},
      {31, "2024-01-31", {"2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"}},
      {31, "2099-12-31", {"2100-01-31", "2100-02-28", "2100-03-31", "2100-04-30"}},
  };
  for (const Row& row : rows) {
    const CycleRule monthly = rule(row.anchor_day, 1, "Europe/Berlin");
    Instant starts_at = monthly.zone.start_of(on(row.first));
    for (const char* boundary : row.boundaries) {
      const CyclePeriod period = period_from(monthly, starts_at);
      EXPECT_EQ(to_string(period.ends_on), boundary) << row.anchor_day;
      EXPECT_EQ(period.period.ends_at, monthly.zone.start_of(on(boundary)));
      starts_at = period.period.ends_at;
    }
  }
}

TEST(PeriodFrom, SeveralMonthsKeepStep) {
  const CycleRule quarterly = rule(31, 3, "America/New_York");
  Instant starts_at = quarterly.zone.start_of(on("2023-11-30"));
  for (const char* expected : {"2023-11 2023-11-30 2024-02-29", "2024-02 2024-02-29 2024-05-31",
                               "2024-05 2024-05-31 2024-08-31", "2024-08 2024-08-31 2024-11-30"}) {
    const CyclePeriod period = period_from(quarterly, starts_at);
    EXPECT_EQ(shown(period), expected);
    starts_at = period.period.ends_at;
  }
}

TEST(PeriodFrom, ChangeOfZoneLosesNoHour) {
  const CyclePeriod october =
      period_containing(rule(1, 1, "America/New_York"), at("2026-10-14T18:00:00Z"));
  EXPECT_EQ(shown(october.period), "2026-10-01T04:00:00Z 2026-11-01T04:00:00Z");
  const CycleRule utc = rule(1, 1, "UTC");
  const CyclePeriod november = period_from(utc, october.period.ends_at);
  EXPECT_EQ(shown(november.period), "2026-11-01T04:00:00Z 2026-12-01T00:00:00Z");
  EXPECT_EQ(shown(november), "2026-11 2026-11-01 2026-12-01");
  EXPECT_EQ(shown(period_from(utc, november.period.ends_at)), "2026-12 2026-12-01 2027-01-01");
}

TEST(PeriodFrom, BoundaryThatIsNearAfterAChangeIsPassed) {
  // Midnight of Kolkata is the afternoon before in New York: ten hours are no period.
  const CyclePeriod period =
      period_from(rule(1, 1, "America/New_York"), at("2026-10-31T18:30:00Z"));
  EXPECT_EQ(shown(period.period), "2026-10-31T18:30:00Z 2026-12-01T05:00:00Z");
  EXPECT_EQ(shown(period), "2026-10 2026-10-31 2026-12-01");
}

TEST(PeriodFrom, ChangeOfAnchorMakesOnePeriodShorterOrLonger) {
  struct Row {
    int anchor_day;
    int months;
    const char* starts_at;
    const char* shown;
  };
  const Row rows[] = {
      {15, 1, "2026-05-01T00:00:00Z", "2026-05 2026-05-01 2026-05-15"},
      {2, 1, "2026-05-01T00:00:00Z", "2026-05 2026-05-01 2026-06-02"},
      {3, 1, "2026-05-01T00:00:00Z", "2026-05 2026-05-01 2026-05-03"},
      {1, 1, "2026-05-15T00:00:00Z", "2026-05 2026-05-15 2026-06-01"},
      {31, 1, "2026-02-15T00:00:00Z", "2026-02 2026-02-15 2026-02-28"},
      {31, 1, "2026-02-27T00:00:00Z", "2026-02 2026-02-27 2026-03-31"},
      {1, 3, "2026-05-15T00:00:00Z", "2026-05 2026-05-15 2026-08-01"},
      {20, 3, "2026-05-15T00:00:00Z", "2026-05 2026-05-15 2026-05-20"},
      {1, 12, "2021-01-10T00:00:00Z", "2021-01 2021-01-10 2022-01-01"},
  };
  for (const Row& row : rows) {
    const CycleRule changed = rule(row.anchor_day, row.months, "UTC");
    const CyclePeriod first = period_from(changed, at(row.starts_at));
    EXPECT_EQ(shown(first), row.shown);
    const CyclePeriod second = period_from(changed, first.period.ends_at);
    EXPECT_EQ(to_string(second.ends_on),
              to_string(month_day(first.ends_on, row.months, row.anchor_day)));
  }
}

TEST(PeriodFrom, TilesThroughAnyChanges) {
  EXPECT_TRUE(rc::check([] {
    const auto& names = Zone::names();
    Instant starts_at{hours(*rc::gen::inRange<std::int64_t>(0, 700'000))};
    Date starts_on = on("0001-01-01");
    for (int i = 0; i < 8; ++i) {
      const CycleRule any{
          .anchor_day = *rc::gen::inRange(1, 32),
          .months = *rc::gen::element(1, 1, 1, 3, 6, 12),
          .zone = Zone::named(names[*rc::gen::inRange<std::size_t>(0, names.size())])};
      const CyclePeriod period = period_from(any, starts_at);
      RC_ASSERT(period.period.starts_at == starts_at);
      RC_ASSERT(period.period.ends_at >= starts_at + days(2));
      RC_ASSERT(period.starts_on > starts_on);
      starts_at = period.period.ends_at;
      starts_on = period.starts_on;
    }
  }));
}

/// The first moment of a local day: midnight, or where the clock skips midnight, the end of the
/// gap.
void expect_first_moment(const Zone& zone, Instant instant, Date day) {
  ASSERT_EQ(zone.date_of(instant), day) << zone.name();
  ASSERT_EQ(zone.date_of(instant - microseconds(1)), sys_days(day) - days(1)) << zone.name();
  const LocalTime local = zone.local(instant);
  if (local.since_midnight == seconds(0)) return;
  const LocalTime skipped{day, seconds(0)};
  ASSERT_FALSE(zone.resolve(skipped).exists) << zone.name() << " " << to_string(day);
}

enum class Days { kWhole, kOneIsSkipped };

/// Periods of `months` months follow one another without gap or overlap.
void expect_tiles(const CycleRule& monthly, Date first_month, int months, Days days) {
  const std::string where =
      std::string(monthly.zone.name()) + " " + std::to_string(monthly.anchor_day);
  Instant starts_at = monthly.zone.start_of(month_day(first_month, 0, monthly.anchor_day));
  for (int i = 0; i < months; ++i) {
    const CyclePeriod period = period_from(monthly, starts_at);
    ASSERT_EQ(period.period.starts_at, starts_at) << where;
    ASSERT_LT(starts_at, period.period.ends_at) << where;
    ASSERT_EQ(period.label, to_string(month_day(first_month, i, 1)).substr(0, 7)) << where;
    if (days == Days::kWhole) {
      ASSERT_GE(period.days(), 28) << where << " " << period.label;
      ASSERT_LE(period.days(), 31) << where << " " << period.label;
      expect_first_moment(monthly.zone, period.period.ends_at, period.ends_on);
      ASSERT_EQ(period.ends_on, month_day(first_month, i + 1, monthly.anchor_day)) << where;
    }
    ASSERT_EQ(period.period,
              period_containing(monthly, period.period.ends_at - microseconds(1)).period)
        << where;
    starts_at = period.period.ends_at;
  }
}

TEST(PeriodFrom, TilesInEveryZone) {
  constexpr int kMonths = 120;
  std::int64_t periods = 0;
  for (const std::string& name : Zone::names()) {
    for (const int anchor_day : {1, 15, 28, 29, 30, 31}) {
      expect_tiles({.anchor_day = anchor_day, .months = 1, .zone = Zone::named(name)},
                   on("2020-01-01"), kMonths, Days::kWhole);
      if (HasFatalFailure()) return;
      periods += kMonths;
    }
  }
  std::cout << "periods computed: " << periods << " in " << Zone::names().size() << " zones\n";
  EXPECT_GE(periods, 400'000);
}

TEST(PeriodFrom, TilesWhereADayIsSkippedAndWhereTheListOfChangesEnds) {
  for (const int anchor_day : {1, 15, 28, 29, 30, 31}) {
    expect_tiles(rule(anchor_day, 1, "Pacific/Apia"), on("2011-01-01"), 24, Days::kOneIsSkipped);
    for (const char* zone : {"America/New_York", "Europe/Berlin", "Asia/Gaza", "America/Nuuk"}) {
      expect_tiles(rule(anchor_day, 1, zone), on("2037-01-01"), 24, Days::kWhole);
    }
  }
}

}  // namespace
}  // namespace reckoner::time
