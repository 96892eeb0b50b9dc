#include "time/cron.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "time/expect.hpp"

namespace reckoner::time {
namespace {

using namespace std::chrono;

std::string next(const char* expression, const char* after, const Zone& zone = Zone::utc()) {
  const auto instant = Cron::parse(expression).next(at(after), zone);
  return instant ? to_string(*instant) : "never";
}

std::vector<std::string> firings(const char* expression, const char* after, const char* zone_name,
                                 int count) {
  const Cron cron = Cron::parse(expression);
  const Zone zone = Zone::named(zone_name);
  std::vector<std::string> result;
  Instant last = at(after);
  for (int i = 0; i < count; ++i) {
    last = cron.next(last, zone).value();
    result.push_back(to_string(last));
  }
  return result;
}

TEST(Cron, FiresAt) {
  struct Row {
    const char* expression;
    const char* after;
    const char* next;
  };
  // 1 October 2026 is a Thursday.
  const Row rows[] = {
      {"0 0 2 * * ?", "2026-10-01T00:00:00Z", "2026-10-01T02:00:00Z"},
      {"0 0 2 * * ?", "2026-10-01T02:00:00Z", "2026-10-02T02:00:00Z"},
      {"0 0 2 * * ?", "2026-10-01T01:59:59.999999Z", "2026-10-01T02:00:00Z"},
      {"0 0 2 * * ?", "2026-10-01T02:00:00.000001Z", "2026-10-02T02:00:00Z"},
      {"0 0 2 ? * *", "2026-10-01T02:00:00Z", "2026-10-02T02:00:00Z"},
      {"  0  0 2 * *   ? ", "2026-10-01T00:00:00Z", "2026-10-01T02:00:00Z"},
      {"* * * * * ?", "2026-10-01T00:00:00Z", "2026-10-01T00:00:01Z"},
      {"*/5 * * * * *", "2026-10-01T00:00:57Z", "2026-10-01T00:01:00Z"},
      {"0 */15 * * * ?", "2026-10-01T00:46:00Z", "2026-10-01T01:00:00Z"},
      {"0 0/20 * * * ?", "2026-10-01T00:20:00Z", "2026-10-01T00:40:00Z"},
      {"0 5/20 * * * ?", "2026-10-01T00:45:00Z", "2026-10-01T01:05:00Z"},
      {"10-30/10 * * * * ?", "2026-10-01T00:00:20Z", "2026-10-01T00:00:30Z"},
      {"10-30/10 * * * * ?", "2026-10-01T00:00:30Z", "2026-10-01T00:01:10Z"},
      {"0 0 22-2 * * ?", "2026-10-01T02:00:00Z", "2026-10-01T22:00:00Z"},
      {"0 0 22-2 * * ?", "2026-10-01T23:00:00Z", "2026-10-02T00:00:00Z"},
      {"0 0 22-2/2 * * ?", "2026-10-01T22:00:00Z", "2026-10-02T00:00:00Z"},
      {"0 0 21-2/2 * * ?", "2026-10-01T23:00:00Z", "2026-10-02T01:00:00Z"},
      {"0 0 0 1,15 * ?", "2026-10-01T00:00:00Z", "2026-10-15T00:00:00Z"},
      {"0 0 0 1,15 * ?", "2026-10-15T00:00:00Z", "2026-11-01T00:00:00Z"},
      {"0 0 0 30-2 * ?", "2026-10-02T00:00:00Z", "2026-10-30T00:00:00Z"},
      {"0 0 0 31 * ?", "2026-10-31T00:00:00Z", "2026-12-31T00:00:00Z"},
      {"0 0 0 29 2 ?", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
      {"0 0 0 29 2 ?", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
      {"0 0 0 1 NOV-FEB ?", "2026-02-01T00:00:00Z", "2026-11-01T00:00:00Z"},
      {"0 0 0 1 jan,Jul ?", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"},
      {"0 0 0 1 */3 ?", "2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z"},
      {"0 0 0 1 2/6 ?", "2026-03-01T00:00:00Z", "2026-08-01T00:00:00Z"},
      {"0 0 0 L * ?", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z"},
      {"0 0 0 L * ?", "2028-02-01T00:00:00Z", "2028-02-29T00:00:00Z"},
      {"0 0 0 L-3 * ?", "2026-10-01T00:00:00Z", "2026-10-28T00:00:00Z"},
      {"0 0 0 l-3 * ?", "2026-02-01T00:00:00Z", "2026-02-25T00:00:00Z"},
      {"0 0 0 L-30 * ?", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"},
      {"0 0 0 15,L * ?", "2026-10-15T00:00:00Z", "2026-10-31T00:00:00Z"},
      {"0 0 0 L,L-1 * ?", "2026-10-01T00:00:00Z", "2026-10-30T00:00:00Z"},
      {"0 0 0 ? * 1", "2026-10-01T00:00:00Z", "2026-10-04T00:00:00Z"},
      {"0 0 0 ? * 7", "2026-10-01T00:00:00Z", "2026-10-03T00:00:00Z"},
      {"0 0 0 ? * SUN", "2026-10-01T00:00:00Z", "2026-10-04T00:00:00Z"},
      {"0 0 0 ? * Mon-fri", "2026-10-02T00:00:00Z", "2026-10-05T00:00:00Z"},
      {"0 0 0 ? * FRI-MON", "2026-10-02T00:00:00Z", "2026-10-03T00:00:00Z"},
      {"0 0 0 ? * FRI-MON", "2026-10-05T00:00:00Z", "2026-10-09T00:00:00Z"},
      {"0 0 0 ? * MON-FRI/2", "2026-10-05T00:00:00Z", "2026-10-07T00:00:00Z"},
      {"0 0 0 ? * TUE,THU", "2026-10-01T00:00:00Z", "2026-10-06T00:00:00Z"},
      {"0 0 0 ? * 6L", "2026-10-01T00:00:00Z", "2026-10-30T00:00:00Z"},
      {"0 0 0 ? * FRIL", "2026-10-30T00:00:00Z", "2026-11-27T00:00:00Z"},
      {"0 0 0 ? * fril", "2026-10-30T00:00:00Z", "2026-11-27T00:00:00Z"},
      {"0 0 0 ? * MON,FRIL", "2026-10-26T00:00:00Z", "2026-10-30T00:00:00Z"},
      // Both day fields are restricted: both must match.
      {"0 0 0 13 * FRI", "2026-10-01T00:00:00Z", "2026-11-13T00:00:00Z"},
      {"0 0 0 L * FRI", "2026-10-01T00:00:00Z", "2027-04-30T00:00:00Z"},
      {"0 0 0 L-2 * 6L", "2026-10-01T00:00:00Z", "2027-01-29T00:00:00Z"},
      {"59 59 23 31 12 ?", "2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z"},
      {"0 0 0 1 1 ?", "2199-01-01T00:00:00Z", "never"},
      {"* * * * * ?", "2199-12-31T23:59:59Z", "never"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(next(row.expression, row.after), row.next) << row.expression << " " << row.after;
  }
}

TEST(Cron, KeepsItsExpression) {
  EXPECT_EQ(Cron::parse("0 0 2 ? * fril").expression(), "0 0 2 ? * fril");
}

TEST(Cron, RefusesWithTheFieldAndTheReason) {
  struct Row {
    const char* expression;
    const char* message;
  };
  const Row rows[] = {
      {"", "0 fields instead of 6 (seconds minutes hours day-of-month month day-of-week)"},
      {"0 2 * * *", "5 fields instead of 6 (seconds minutes hours day-of-month month day-of-week)"},
      {"0 0 2 * * ? 2026",
       "7 fields instead of 6 (seconds minutes hours day-of-month month day-of-week)"},
      {"60 0 2 * * ?", "seconds: 60 is not between 0 and 59"},
      {"0 60 2 * * ?", "minutes: 60 is not between 0 and 59"},
      {"0 0 24 * * ?", "hours: 24 is not between 0 and 23"},
      {"0 0 2 0 * ?", "day-of-month: 0 is not between 1 and 31"},
      {"0 0 2 32 * ?", "day-of-month: 32 is not between 1 and 31"},
      {"0 0 2 1 13 ?", "month: 13 is not between 1 and 12"},
      {"0 0 2 1 0 ?", "month: 0 is not between 1 and 12"},
      {"0 0 2 ? * 0", "day-of-week: 0 is not between 1 and 7"},
      {"0 0 2 ? * 8", "day-of-week: 8 is not between 1 and 7"},
      {"0 0 2 1 JANUARY ?", "month: 'JANUARY' is neither a number nor a name from JAN to DEC"},
      {"0 0 2 ? * xyz", "day-of-week: 'XYZ' is neither a number nor a name from SUN to SAT"},
      {"0 0 two * * ?", "hours: 'TWO' is not a number"},
      {"0 0 -2 * * ?", "hours: '' is not a number"},
      {"0 0 2- * * ?", "hours: '' is not a number"},
      {"0 0 1-2-3 * * ?", "hours: '2-3' is not a number"},
      {"0 0 1.5 * * ?", "hours: '1.5' is not a number"},
      {"0 0 99999999999 * * ?", "hours: 99999999999 is not between 0 and 23"},
      {"0 0 1, * * ?", "hours: '1,' has an empty item"},
      {"0 0 ,1 * * ?", "hours: ',1' has an empty item"},
      {"0 */0 2 * * ?", "minutes / step: 0 is not between 1 and 59"},
      {"0 */60 2 * * ?", "minutes / step: 60 is not between 1 and 59"},
      {"0 */ 2 * * ?", "minutes / step: '' is not a number"},
      {"0 1/2/3 2 * * ?", "minutes / step: '2/3' is not a number"},
      {"0 *5 2 * * ?", "minutes: '*5' is not a number"},
      {"? 0 2 * * ?", "seconds: '?' stands only for a whole day field"},
      {"0 0 2 * ? *", "month: '?' stands only for a whole day field"},
      {"0 0 2 1,? * *", "day-of-month: '?' stands only for a whole day field"},
      {"0 0 2 ? * ?", "day-of-month and day-of-week cannot both be '?'"},
      {"0 0 2 L-31 * ?", "day-of-month: 31 is not between 0 and 30"},
      {"0 0 2 L- * ?", "day-of-month: '' is not a number"},
      {"0 0 2 LW * ?", "day-of-month: 'LW' is neither L nor L- with a number"},
      {"0 0 2 15W * ?", "day-of-month: '15W' is not a number"},
      {"0 0 2 ? * 6#3", "day-of-week: '6#3' is not a number"},
      {"0 0 2 ? * L", "day-of-week: L needs a weekday before it, such as 6L or FRIL"},
      {"0 0 2 ? * 8L", "day-of-week: 8 is not between 1 and 7"},
      {"0 0 L * * ?", "hours: 'L' is not a number"},
  };
  for (const Row& row : rows) {
    const bool of_field = std::string_view(row.message).find(": ") != std::string_view::npos;
    EXPECT_EQ(
        message_of([&] { Cron::parse(row.expression); }),
        "cron '" + std::string(row.expression) + "'" + (of_field ? " / " : ": ") + row.message);
  }
}

TEST(Cron, FiresInItsZone) {
  EXPECT_EQ(next("0 0 2 * * ?", "2026-10-01T00:00:00Z", Zone::named("Asia/Kolkata")),
            "2026-10-01T20:30:00Z");
  EXPECT_EQ(next("0 0 0 1 * ?", "2026-10-01T00:00:00Z", Zone::named("Pacific/Honolulu")),
            "2026-10-01T10:00:00Z");
  EXPECT_EQ(next("0 30 2 * * ?", "2060-06-30T23:00:00Z", Zone::named("Europe/Berlin")),
            "2060-07-01T00:30:00Z");
}

TEST(Cron, TimeThatDoesNotExistFiresOnceAtTheEndOfTheGap) {
  using Firings = std::vector<std::string>;
  EXPECT_EQ(firings("0 30 2 * * ?", "2026-03-28T12:00:00Z", "Europe/Berlin", 3),
            (Firings{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"}));
  EXPECT_EQ(firings("0 */20 2,3 * * ?", "2026-03-29T00:00:00Z", "Europe/Berlin", 4),
            (Firings{"2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z",
                     "2026-03-30T00:00:00Z"}));
  EXPECT_EQ(firings("0 0 0 * * ?", "2018-11-03T12:00:00Z", "America/Sao_Paulo", 2),
            (Firings{"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}));
}

TEST(Cron, TimeThatExistsTwiceFiresOnce) {
  using Firings = std::vector<std::string>;
  EXPECT_EQ(firings("0 30 2 * * ?", "2026-10-24T12:00:00Z", "Europe/Berlin", 2),
            (Firings{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}));
  // Also from a moment between the two.
  EXPECT_EQ(firings("0 30 2 * * ?", "2026-10-25T00:45:00Z", "Europe/Berlin", 1),
            (Firings{"2026-10-26T01:30:00Z"}));
  EXPECT_EQ(firings("0 */20 2,3 * * ?", "2026-10-25T00:30:00Z", "Europe/Berlin", 3),
            (Firings{"2026-10-25T00:40:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:20:00Z"}));
  EXPECT_EQ(firings("0 0 0 * * ?", "2025-11-01T12:00:00Z", "America/Havana", 2),
            (Firings{"2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z"}));
}

TEST(Cron, IntervalsFireInBothHours) {
  const Cron cron = Cron::parse("*/30 */30 * * * ?");
  for (const char* zone_name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"}) {
    const Zone zone = Zone::named(zone_name);
    Instant last = at("2026-01-01T00:00:00Z");
    int count = 0;
    for (;;) {
      const Instant instant = cron.next(last, zone).value();
      if (instant >= at("2027-01-01T00:00:00Z")) break;
      ASSERT_TRUE(instant == last + seconds(30) || instant == last + minutes(30) - seconds(30))
          << to_string(last) << " " << to_string(instant) << " " << zone_name;
      last = instant;
      ++count;
    }
    EXPECT_EQ(count, 365 * 24 * 2 * 2 - 1) << zone_name;  // the first lies on `after`
  }
}

TEST(Cron, HourlyFiresInBothHours) {
  EXPECT_EQ(firings("0 0 * * * ?", "2026-10-24T23:30:00Z", "Europe/Berlin", 3),
            (std::vector<std::string>{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z",
                                      "2026-10-25T02:00:00Z"}));
}

TEST(Cron, IntervalsFireAtTheEndOfAGapForTheTimesInIt) {
  // The steps leave out hour 3, so what fires at 3:00 summer time stands for hour 2.
  EXPECT_EQ(firings("*/59 */59 */2 * * ?", "2026-03-29T00:59:00.5Z", "Europe/Berlin", 2),
            (std::vector<std::string>{"2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}));
  EXPECT_EQ(firings("*/59 */59 */2 * * ?", "2026-03-29T00:59:59.5Z", "Europe/Berlin", 1),
            (std::vector<std::string>{"2026-03-29T01:00:00Z"}));
}

TEST(Cron, DailyFiresOnceADayThroughTheYear) {
  for (const char* zone_name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"}) {
    const Zone zone = Zone::named(zone_name);
    for (const int this_year : {2026, 2028, 2060}) {
      for (const char* expression : {"0 30 2 * * ?", "0 0 2 * * ?", "0 45 1 * * ?", "0 15 2 * * ?",
                                     "59 59 23 * * ?", "0 0 0 * * ?"}) {
        const Cron cron = Cron::parse(expression);
        const Instant end = zone.start_of(year(this_year + 1) / 1 / 1);
        Instant last = zone.start_of(year(this_year) / 1 / 1) - microseconds(1);
        int count = 0;
        for (;;) {
          const Instant instant = cron.next(last, zone).value();
          ASSERT_GT(instant, last) << expression;
          if (instant >= end) break;
          last = instant;
          ++count;
        }
        EXPECT_EQ(count, year(this_year).is_leap() ? 366 : 365) << expression << " " << zone_name;
      }
    }
  }
}

TEST(Cron, ImpossibleDateNeverFiresAndSaysSoQuickly) {
  const auto begin = steady_clock::now();
  EXPECT_EQ(next("0 0 0 30 2 ?", "1900-01-01T00:00:00Z"), "never");
  EXPECT_EQ(next("0 0 0 31 4,6,9,11 ?", "2026-01-01T00:00:00Z"), "never");
  EXPECT_EQ(next("* * * 30 2 ?", "2026-01-01T00:00:00Z"), "never");
  EXPECT_EQ(next("0 0 0 L-30 4 ?", "2026-01-01T00:00:00Z"), "never");
  EXPECT_EQ(next("0 0 0 1 * 6L", "2026-01-01T00:00:00Z"), "never");
  EXPECT_LT(steady_clock::now() - begin, seconds(1));
}

}  // namespace
}  // namespace reckoner::time
