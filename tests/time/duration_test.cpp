#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.hpp"
#include "time/calendar_duration.hpp"
#include "time/expect.hpp"

namespace reckoner::time {
namespace {

using namespace std::chrono;

TEST(CalendarDuration, ReadsMonthsAndDays) {
  struct Row {
    const char* text;
    CalendarDuration duration;
    const char* printed;
  };
  const Row rows[] = {
      {"P1D", {.days = 1}, "P1D"},
      {"P7D", {.days = 7}, "P7D"},
      {"P4W", {.days = 28}, "P28D"},
      {"P28D", {.days = 28}, "P28D"},
      {"P1M", {.months = 1}, "P1M"},
      {"P3M", {.months = 3}, "P3M"},
      {"P1Y", {.months = 12}, "P12M"},
      {"P1Y6M", {.months = 18}, "P18M"},
      {"P1M15D", {1, 15}, "P1M15D"},
      {"P2W3D", {.days = 17}, "P17D"},
      {"P1Y2M3W4D", {14, 25}, "P14M25D"},
      {"P0Y1M", {.months = 1}, "P1M"},
      {"P9999Y", {.months = 119'988}, "P119988M"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(parse_calendar_duration(row.text), row.duration) << row.text;
    EXPECT_EQ(to_string(parse_calendar_duration(row.text)), row.printed);
  }
}

TEST(CalendarDuration, RefusesEverythingElse) {
  for (const char* text :
       {"", "P", "1M", "P1", "PM", "P1M2Y", "P1D2W", "P-1M", "P+1M", "P1.5M", "P1H", "PT1H",
        "P1DT1H", "P1MT", "p1m", " P1M", "P1M ", "P1MD", "P 1M"}) {
    EXPECT_EQ(
        message_of([&] { parse_calendar_duration(text); }),
        "'" + std::string(text) + "' is not a duration: write it such as P1M, P1Y, P28D or P2W");
  }
  for (const char* text : {"P0D", "P0M0D"}) {
    EXPECT_EQ(message_of([&] { parse_calendar_duration(text); }),
              "'" + std::string(text) + "' is not a duration: it is no time at all");
  }
  for (const char* text : {"P10000Y", "P9999Y1M", "P3660000D", "P99999999999999999999D"}) {
    EXPECT_EQ(message_of([&] { parse_calendar_duration(text); }),
              "'" + std::string(text) + "' is not a duration: it is too long");
  }
}

TEST(CalendarDuration, ReadsWhatIsPrinted) {
  EXPECT_TRUE(rc::check([] {
    const CalendarDuration duration{*rc::gen::inRange(0, 1200), *rc::gen::inRange(0, 4000)};
    RC_PRE(duration != CalendarDuration{});
    RC_ASSERT(parse_calendar_duration(to_string(duration)) == duration);
  }));
}

TEST(AddDuration, CountsFromTheFirstDay) {
  struct Row {
    const char* from;
    const char* duration;
    std::int64_t times;
    const char* date;
  };
  const Row rows[] = {
      {"2025-01-31", "P1M", 1, "2025-02-28"},   {"2025-01-31", "P1M", 2, "2025-03-31"},
      {"2024-01-31", "P1M", 1, "2024-02-29"},   {"2024-02-29", "P1Y", 1, "2025-02-28"},
      {"2024-02-29", "P1Y", 4, "2028-02-29"},   {"2024-03-31", "P1M", -1, "2024-02-29"},
      {"2024-01-31", "P1M1D", 1, "2024-03-01"}, {"2024-12-31", "P7D", 1, "2025-01-07"},
      {"2024-03-01", "P4W", -1, "2024-02-02"},  {"2024-05-10", "P3M", 0, "2024-05-10"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(to_string(add(on(row.from), parse_calendar_duration(row.duration), row.times)),
              row.date)
        << row.from << " " << row.duration << " " << row.times;
  }
}

TEST(AddDuration, MonthsThenDaysThenTheClock) {
  struct Row {
    const char* from;
    const char* duration;
    const char* zone;
    const char* to;
  };
  const Row rows[] = {
      {"2024-01-31T22:15:30Z", "P1M1DT2H", "UTC", "2024-03-02T00:15:30Z"},
      {"2026-03-28T23:00:00.25Z", "P1D", "Europe/Berlin", "2026-03-29T22:00:00.250000Z"},
      {"2026-03-28T23:00:00Z", "PT24H", "Europe/Berlin", "2026-03-29T23:00:00Z"},
      // Half past two does not exist on the 29th; the clock shows three where it goes on.
      {"2026-03-28T01:30:00Z", "P1D", "Europe/Berlin", "2026-03-29T01:00:00Z"},
      // The second half past one of a long night stays where it is.
      {"2026-11-01T06:30:00Z", "PT0S", "America/New_York", "2026-11-01T06:30:00Z"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(to_string(add(at(row.from), parse_any_duration(row.duration), Zone::named(row.zone))),
              row.to)
        << row.from << " " << row.duration << " " << row.zone;
  }
  EXPECT_EQ(parse_any_duration("P1Y1W1DT1H1M1S"), (Duration{{12, 8}, seconds(3661)}));
  EXPECT_THROW(parse_any_duration("P"), Error);
  EXPECT_THROW(parse_any_duration("P1DT"), Error);
  EXPECT_THROW(parse_any_duration("PT1D"), Error);
}

}  // namespace
}  // namespace reckoner::time
