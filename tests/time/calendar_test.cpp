#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "time/expect.hpp"

namespace reckoner::time {
namespace {

using namespace std::chrono;

TEST(Period, IsHalfOpen) {
  const Period october{at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z")};
  EXPECT_TRUE(october.contains(october.starts_at));
  EXPECT_TRUE(october.contains(october.ends_at - microseconds(1)));
  EXPECT_FALSE(october.contains(october.ends_at));
  EXPECT_FALSE(october.contains(october.starts_at - microseconds(1)));
}

TEST(Period, IntersectionIsTheCommonPart) {
  const Instant a = at("2026-10-01T00:00:00Z");
  const Instant b = at("2026-10-10T00:00:00Z");
  const Instant c = at("2026-10-20T00:00:00Z");
  const Instant d = at("2026-11-01T00:00:00Z");
  EXPECT_EQ(intersection({a, c}, {b, d}), (Period{b, c}));
  EXPECT_EQ(intersection({a, d}, {b, c}), (Period{b, c}));
  EXPECT_TRUE(intersection({a, b}, {b, c}).empty());
  EXPECT_TRUE(intersection({a, b}, {c, d}).empty());
}

TEST(MonthDay, ClampsToTheMonthsLastDayAndComesBack) {
  struct Row {
    const char* from;
    int months;
    int day;
    const char* result;
  };
  const Row rows[] = {
      {"2024-01-31", 1, 31, "2024-02-29"},  {"2024-01-31", 2, 31, "2024-03-31"},
      {"2023-01-31", 1, 31, "2023-02-28"},  {"2023-01-31", 3, 31, "2023-04-30"},
      {"2023-02-28", 1, 29, "2023-03-29"},  {"2023-02-28", 1, 30, "2023-03-30"},
      {"2000-01-15", 1, 29, "2000-02-29"},  {"2100-01-15", 1, 29, "2100-02-28"},
      {"2024-02-29", 12, 29, "2025-02-28"}, {"2024-02-29", 48, 29, "2028-02-29"},
      {"2026-12-01", 1, 1, "2027-01-01"},   {"2026-01-01", -1, 31, "2025-12-31"},
      {"2026-03-05", -1, 28, "2026-02-28"}, {"2026-10-31", 0, 15, "2026-10-15"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(to_string(month_day(on(row.from), row.months, row.day)), row.result)
        << row.from << " " << row.months << " " << row.day;
  }
}

TEST(Days, CountAcrossMonthsAndLeapYears) {
  EXPECT_EQ(days_between(on("2024-02-28"), on("2024-03-01")), 2);
  EXPECT_EQ(days_between(on("2023-02-28"), on("2023-03-01")), 1);
  EXPECT_EQ(days_between(on("2023-03-01"), on("2023-02-28")), -1);
  EXPECT_EQ(to_string(add_days(on("2024-12-31"), 1)), "2025-01-01");
  EXPECT_EQ(to_string(add_days(on("2024-03-01"), -1)), "2024-02-29");
}

TEST(Days, AddAndBetweenAreInverse) {
  EXPECT_TRUE(rc::check([] {
    const Date date{sys_days(days(*rc::gen::inRange(-30'000, 60'000)))};
    const std::int64_t count = *rc::gen::inRange(-40'000, 40'000);
    RC_ASSERT(days_between(date, add_days(date, count)) == count);
  }));
}

TEST(ParseDate, RefusesWhatIsNoDay) {
  EXPECT_EQ(on("2024-02-29"), year(2024) / 2 / 29);
  for (const char* text : {"", "2026-10", "2026-10-31 ", " 2026-10-31", "2026-1-31", "26-10-31",
                           "2026-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "2026-04-00",
                           "2026/10/31", "2026-10-3a", "+026-10-31", "2026-10-311"}) {
    EXPECT_EQ(message_of([&] { parse_date(text); }),
              "'" + std::string(text) + "' is not a date such as 2026-10-31");
  }
}

TEST(ParseDate, ReadsWhatIsPrinted) {
  EXPECT_TRUE(rc::check([] {
    const Date date{sys_days(days(*rc::gen::inRange(-25'567, 2'932'896)))};
    RC_ASSERT(parse_date(to_string(date)) == date);
  }));
}

TEST(ParseInstant, ReadsOffsetsAndFractions) {
  struct Row {
    const char* text;
    const char* printed;
  };
  const Row rows[] = {
      {"2026-10-31T14:20:00Z", "2026-10-31T14:20:00Z"},
      {"2026-10-31 14:20:00Z", "2026-10-31T14:20:00Z"},
      {"2026-10-31T14:20:00+00:00", "2026-10-31T14:20:00Z"},
      {"2026-10-31T14:20:00-00:00", "2026-10-31T14:20:00Z"},
      {"2026-10-01T00:00:00+05:30", "2026-09-30T18:30:00Z"},
      {"2026-12-31T20:00:00-05:00", "2027-01-01T01:00:00Z"},
      {"2026-10-31T14:20:00.5Z", "2026-10-31T14:20:00.500000Z"},
      {"2026-10-31T14:20:00.000001Z", "2026-10-31T14:20:00.000001Z"},
      {"2026-10-31T14:20:00.0000019Z", "2026-10-31T14:20:00.000001Z"},
      {"2026-10-31T14:20:00.12345678901234567890Z", "2026-10-31T14:20:00.123456Z"},
      {"2026-10-31T14:20:00.000Z", "2026-10-31T14:20:00Z"},
      {"1900-01-01T00:00:00Z", "1900-01-01T00:00:00Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
  };
  for (const Row& row : rows) EXPECT_EQ(to_string(at(row.text)), row.printed) << row.text;
}

TEST(ParseInstant, RefusesEverythingElse) {
  for (const char* text :
       {"", "2026-10-31", "2026-10-31T14:20:00", "2026-10-31T14:20Z", "2026-10-31t14:20:00Z",
        "2026-10-31T14:20:00z", "2026-10-31T14:20:60Z", "2026-10-31T24:00:00Z",
        "2026-10-31T14:60:00Z", "2026-02-29T00:00:00Z", "2026-10-31T14:20:00.Z",
        "2026-10-31T14:20:00,5Z", "2026-10-31T14:20:00+0530", "2026-10-31T14:20:00+24:00",
        "2026-10-31T14:20:00+05:60", "2026-10-31T14:20:00Z ", "2026-10-31  14:20:00Z"}) {
    EXPECT_EQ(message_of([&] { parse_instant(text); }),
              "'" + std::string(text) + "' is not a time such as 2026-10-31T14:20:00Z");
  }
  for (const char* text : {"1899-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
                           "1900-01-01T00:00:00+14:00", "9999-12-31T23:00:00-02:00"}) {
    EXPECT_EQ(message_of([&] { parse_instant(text); }),
              "'" + std::string(text) + "' is not in the years 1900 to 9999 (UTC)");
  }
}

TEST(ParseInstant, ReadsWhatIsPrinted) {
  EXPECT_TRUE(rc::check([] {
    const Instant instant{
        seconds(*rc::gen::inRange<std::int64_t>(-2'208'988'800, 253'402'300'800)) +
        microseconds(*rc::gen::inRange(0, 1'000'000))};
    RC_ASSERT(parse_instant(to_string(instant)) == instant);
  }));
}

TEST(Duration, ReadsFixedParts) {
  struct Row {
    const char* text;
    std::int64_t seconds;
    const char* printed;
  };
  const Row rows[] = {
      {"P1D", 86'400, "P1D"},
      {"P2W", 1'209'600, "P14D"},
      {"PT36H", 129'600, "P1DT12H"},
      {"P35D", 3'024'000, "P35D"},
      {"PT1H30M5S", 5'405, "PT1H30M5S"},
      {"PT90M", 5'400, "PT1H30M"},
      {"P1W2DT3H4M5S", 788'645, "P9DT3H4M5S"},
      {"PT0S", 0, "PT0S"},
      {"P0D", 0, "PT0S"},
      {"PT86400S", 86'400, "P1D"},
      {"P1DT1S", 86'401, "P1DT1S"},
      {"P007D", 604'800, "P7D"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(parse_duration(row.text).count(), row.seconds) << row.text;
    EXPECT_EQ(to_string(parse_duration(row.text)), row.printed) << row.text;
  }
}

TEST(Duration, RefusesEverythingElse) {
  struct Row {
    const char* text;
    const char* reason;
  };
  constexpr const char* kForm = "write it such as P1D, P2W or PT36H";
  constexpr const char* kVaries = "years and months have no fixed length";
  constexpr const char* kTooLong = "it is too long";
  const Row rows[] = {
      {"", kForm},
      {"P", kForm},
      {"PT", kForm},
      {"P1DT", kForm},
      {"1D", kForm},
      {"PD", kForm},
      {"P1", kForm},
      {"P1H", kForm},
      {"PT1D", kForm},
      {"P1D1W", kForm},
      {"P1D1D", kForm},
      {"PT1S1M", kForm},
      {"PT1.5H", kForm},
      {"-P1D", kForm},
      {"P-1D", kForm},
      {"p1d", kForm},
      {"P1D ", kForm},
      {"PT1HT1M", kForm},
      {"P1M", kVaries},
      {"P1Y", kVaries},
      {"P1Y2M3D", kVaries},
      {"P9999999999999999999D", kTooLong},
      {"P106751991167301D", kTooLong},
      {"P106751991167300DT24H", kTooLong},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(message_of([&] { parse_duration(row.text); }),
              "'" + std::string(row.text) + "' is not a duration: " + row.reason);
  }
}

TEST(Duration, ReadsWhatIsPrinted) {
  EXPECT_TRUE(rc::check([] {
    const seconds duration(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000));
    RC_ASSERT(parse_duration(to_string(duration)) == duration);
  }));
}

}  // namespace
}  // namespace reckoner::time
