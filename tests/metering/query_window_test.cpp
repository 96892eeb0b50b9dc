#include "metering/query_window.hpp"

#include <gtest/gtest.h>

#include <string>

namespace reckoner::metering {
namespace {

std::string window(std::string_view instant, WindowSize size, std::string_view zone) {
  const time::Period found =
      window_containing(time::parse_instant(instant), size, time::Zone::named(zone));
  return time::to_string(found.starts_at) + ".." + time::to_string(found.ends_at);
}

std::size_t hours_of_day(std::string_view instant, const time::Zone& zone) {
  const time::Period day = window_containing(time::parse_instant(instant), WindowSize::kDay, zone);
  return windows_of(day, WindowSize::kHour, zone, 100).size();
}

TEST(QueryWindowTest, DaysOfClockChangesHave23And25Hours) {
  EXPECT_EQ(window("2026-03-08T12:00:00Z", WindowSize::kDay, "America/New_York"),
            "2026-03-08T05:00:00Z..2026-03-09T04:00:00Z");
  EXPECT_EQ(window("2026-11-01T12:00:00Z", WindowSize::kDay, "America/New_York"),
            "2026-11-01T04:00:00Z..2026-11-02T05:00:00Z");
  const time::Zone zone = time::Zone::named("America/New_York");
  EXPECT_EQ(hours_of_day("2026-03-08T12:00:00Z", zone), 23U);
  EXPECT_EQ(hours_of_day("2026-11-01T12:00:00Z", zone), 25U);
  EXPECT_EQ(hours_of_day("2026-11-05T12:00:00Z", zone), 24U);
}

TEST(QueryWindowTest, AnHourThatIsRepeatedIsTwoWindows) {
  EXPECT_EQ(window("2026-11-01T05:30:00Z", WindowSize::kHour, "America/New_York"),
            "2026-11-01T05:00:00Z..2026-11-01T06:00:00Z");
  EXPECT_EQ(window("2026-11-01T06:30:00Z", WindowSize::kHour, "America/New_York"),
            "2026-11-01T06:00:00Z..2026-11-01T07:00:00Z");
}

TEST(QueryWindowTest, LordHoweChangesByHalfAnHour) {
  EXPECT_EQ(window("2026-10-03T20:00:00Z", WindowSize::kDay, "Australia/Lord_Howe"),
            "2026-10-03T13:30:00Z..2026-10-04T13:00:00Z");
  // 2:00 becomes 2:30: what is left of that hour is half an hour.
  EXPECT_EQ(window("2026-10-03T15:35:00Z", WindowSize::kHour, "Australia/Lord_Howe"),
            "2026-10-03T15:30:00Z..2026-10-03T16:00:00Z");
  // 2:00 becomes 1:30: the hour that began at 1:00 lasts an hour and a half.
  EXPECT_EQ(window("2026-04-04T15:10:00Z", WindowSize::kHour, "Australia/Lord_Howe"),
            "2026-04-04T14:00:00Z..2026-04-04T15:30:00Z");
  EXPECT_EQ(window("2026-04-04T14:10:00Z", WindowSize::kHour, "Australia/Lord_Howe"),
            "2026-04-04T14:00:00Z..2026-04-04T15:30:00Z");
}

TEST(QueryWindowTest, MonthsBeginAtTheZonesMidnight) {
  EXPECT_EQ(window("2026-11-01T03:00:00Z", WindowSize::kMonth, "America/New_York"),
            "2026-10-01T04:00:00Z..2026-11-01T04:00:00Z");
  EXPECT_EQ(window("2026-12-31T23:59:59Z", WindowSize::kMonth, "UTC"),
            "2026-12-01T00:00:00Z..2027-01-01T00:00:00Z");
}

TEST(QueryWindowTest, MidnightsThatDoNotExistOrExistTwice) {
  EXPECT_EQ(window("2011-12-29T12:00:00Z", WindowSize::kDay, "Pacific/Apia"),
            "2011-12-29T10:00:00Z..2011-12-30T10:00:00Z");
  // At 0:01 the clock was set back to 23:01 of the day before.
  const std::string day = window("2000-10-29T03:00:00Z", WindowSize::kDay, "America/St_Johns");
  EXPECT_EQ(day, "2000-10-29T02:30:00Z..2000-10-30T03:30:00Z");
}

TEST(QueryWindowTest, WindowsTileTimeInEveryZone) {
  const time::Instant begin = time::parse_instant("2026-01-01T00:00:00Z");
  for (const std::string_view name :
       {"America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo",
        "America/Havana", "Europe/Dublin", "Antarctica/Troll", "Africa/Casablanca", "UTC"}) {
    const time::Zone zone = time::Zone::named(name);
    for (const WindowSize size : {WindowSize::kHour, WindowSize::kDay, WindowSize::kMonth}) {
      const auto windows = windows_of({begin, begin + std::chrono::days(366)}, size, zone, 10'000);
      for (std::size_t i = 0; i + 1 < windows.size(); ++i) {
        ASSERT_LT(windows[i].starts_at, windows[i].ends_at) << name;
        ASSERT_EQ(windows[i].ends_at, windows[i + 1].starts_at) << name;
        const time::Instant middle = windows[i].starts_at + windows[i].length() / 2;
        const time::Instant last = windows[i].ends_at - std::chrono::microseconds(1);
        ASSERT_EQ(window_containing(middle, size, zone), windows[i]) << name;
        ASSERT_EQ(window_containing(last, size, zone), windows[i]) << name;
      }
    }
  }
}

TEST(QueryWindowTest, NoMoreWindowsThanAreWanted) {
  const time::Instant begin = time::parse_instant("2026-01-01T00:00:00Z");
  EXPECT_EQ(
      windows_of({begin, begin + std::chrono::days(9)}, WindowSize::kMinute, time::Zone::utc(), 10)
          .size(),
      11U);
}

}  // namespace
}  // namespace reckoner::metering
