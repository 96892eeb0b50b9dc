#include "pricing/calendar.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner::pricing {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

time::LocalTime at(std::string_view date, std::chrono::seconds since_midnight) {
  return {time::parse_date(date), since_midnight};
}

/// Weekday nights, then August, then the rest.
domain::Calendar bands() {
  domain::Band night{"night", std::vector<bool>(96), std::vector<bool>(7, true), {}, {}};
  for (std::size_t quarter = 0; quarter < 24; ++quarter) night.quarters[quarter] = true;
  night.quarters[95] = true;
  night.weekdays[5] = night.weekdays[6] = false;
  domain::Band august{"august", {}, {}, std::vector<bool>(12), {}};
  august.months[7] = true;
  return {{night, august, {"day", {}, {}, {}, {}}}};
}

TEST(BandTest, IsTheFirstThatContainsTheReadingOfTheClock) {
  // 2026-10-26 is a Monday.
  EXPECT_EQ(band_of(bands(), at("2026-10-26", minutes(0))), 0U);
  EXPECT_EQ(band_of(bands(), at("2026-10-26", hours(6) - std::chrono::seconds(1))), 0U);
  EXPECT_EQ(band_of(bands(), at("2026-10-26", hours(6))), 2U);
  EXPECT_EQ(band_of(bands(), at("2026-10-26", hours(23) + minutes(44))), 2U);
  EXPECT_EQ(band_of(bands(), at("2026-10-26", hours(23) + minutes(45))), 0U);
  EXPECT_EQ(band_of(bands(), at("2026-10-30", minutes(0))), 0U);  // Friday
  EXPECT_EQ(band_of(bands(), at("2026-10-31", minutes(0))), 2U);
  EXPECT_EQ(band_of(bands(), at("2026-11-01", minutes(0))), 2U);  // Sunday
  EXPECT_EQ(band_of(bands(), at("2026-08-03", minutes(0))), 0U);
  EXPECT_EQ(band_of(bands(), at("2026-08-03", hours(12))), 1U);
}

TEST(BandTest, TheLastContainsWhatIsLeft) {
  domain::Calendar calendar = bands();
  calendar.bands.pop_back();
  EXPECT_EQ(band_of(calendar, at("2026-10-31", hours(12))), 1U);
  EXPECT_THROW(band_of({}, at("2026-10-31", hours(12))), Bug);
}

TEST(RowTest, IsTheFirstWhoseValuesMatch) {
  const domain::Matrix matrix{
      {"region", "tier"}, {{{"eu", "gold"}, {}}, {{"eu", std::nullopt}, {}}, {{"us", "gold"}, {}}}};
  const auto row = [&](std::vector<std::string> values) { return row_of(matrix, values); };
  EXPECT_EQ(row({"eu", "gold"}), 0U);
  EXPECT_EQ(row({"eu", ""}), 1U);
  EXPECT_EQ(row({"us", "gold"}), 2U);
  EXPECT_EQ(row({"us", "iron"}), std::nullopt);
  EXPECT_EQ(row({"EU", "gold"}), std::nullopt);
  EXPECT_THROW(row({"eu"}), Bug);
}

WindowOfTime window(domain::Window kind, std::string_view instant, std::string_view zone) {
  return window_of(kind, time::parse_instant(instant), time::Zone::named(zone));
}

WindowOfTime expected(std::string_view starts_at, std::string label) {
  return {time::parse_instant(starts_at), std::move(label)};
}

TEST(WindowTest, DaysAndMonthsAreThoseOfTheZone) {
  EXPECT_EQ(window(domain::Window::kDay, "2026-10-31T18:29:59Z", "Asia/Kolkata"),
            expected("2026-10-30T18:30:00Z", "2026-10-31"));
  EXPECT_EQ(window(domain::Window::kDay, "2026-10-31T18:30:00Z", "Asia/Kolkata"),
            expected("2026-10-31T18:30:00Z", "2026-11-01"));
  EXPECT_EQ(window(domain::Window::kMonth, "2026-10-31T18:29:59Z", "Asia/Kolkata"),
            expected("2026-09-30T18:30:00Z", "2026-10"));
  EXPECT_EQ(window(domain::Window::kMonth, "2026-10-31T18:30:00Z", "Asia/Kolkata"),
            expected("2026-10-31T18:30:00Z", "2026-11"));
}

TEST(WindowTest, HoursAreThoseOfTheClock) {
  EXPECT_EQ(window(domain::Window::kHour, "2026-10-31T18:29:59.999999Z", "Asia/Kolkata"),
            expected("2026-10-31T17:30:00Z", "2026-10-31 23:00+05:30"));
  EXPECT_EQ(window(domain::Window::kHour, "2026-07-01T03:59:00Z", "America/New_York"),
            expected("2026-07-01T03:00:00Z", "2026-06-30 23:00-04:00"));
  EXPECT_EQ(window(domain::Window::kHour, "1965-01-01T00:00:00.5Z", "UTC"),
            expected("1965-01-01T00:00:00Z", "1965-01-01 00:00+00:00"));
}

TEST(WindowTest, AnHourThatTheClockShowsTwiceIsTwoWindows) {
  EXPECT_EQ(window(domain::Window::kHour, "2026-10-25T00:30:00Z", "Europe/Berlin"),
            expected("2026-10-25T00:00:00Z", "2026-10-25 02:00+02:00"));
  EXPECT_EQ(window(domain::Window::kHour, "2026-10-25T01:30:00Z", "Europe/Berlin"),
            expected("2026-10-25T01:00:00Z", "2026-10-25 02:00+01:00"));
  EXPECT_EQ(window(domain::Window::kDay, "2026-10-25T22:59:59Z", "Europe/Berlin"),
            expected("2026-10-24T22:00:00Z", "2026-10-25"));
}

}  // namespace

}  // namespace reckoner::pricing
