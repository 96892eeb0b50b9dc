#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "money/decimal.hpp"
#include "time/time.hpp"

/// FEEL's dates, times and durations (DMN 1.3, 10.3.2.3). Their years reach further than those of
/// invoices: −999,999,999 to 999,999,999, in the proleptic Gregorian calendar.
namespace reckoner::rules {

constexpr int kYearMax = 999'999'999;

struct Date {
  int year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to the month's last
  friend auto operator<=>(const Date&, const Date&) = default;
};

/// A time of day. At most one of `offset` and `zone` is there; without both it is local time.
struct Time {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int nanosecond = 0;
  std::optional<int> offset = {};       ///< local time less UTC, in seconds
  std::optional<time::Zone> zone = {};  ///< of the IANA database
  friend bool operator==(const Time&, const Time&) = default;
};

struct DateTime {
  Date date;
  Time time;
  friend bool operator==(const DateTime&, const DateTime&) = default;
};

/// A days and time duration; the seconds have at most nine digits behind the point.
struct DaysDuration {
  money::Decimal seconds;
  friend auto operator<=>(const DaysDuration&, const DaysDuration&) = default;
};

/// A years and months duration.
struct MonthsDuration {
  std::int64_t months = 0;
  friend auto operator<=>(const MonthsDuration&, const MonthsDuration&) = default;
};

/// nullopt for a day that does not exist.
std::optional<Date> make_date(std::int64_t year, std::int64_t month, std::int64_t day);
/// Days since 1970-01-01.
std::int64_t days_of(const Date& date);
/// nullopt outside the range of years.
std::optional<Date> date_of(std::int64_t days);
int days_in_month(int year, int month);
/// ISO: Monday is 1.
int weekday(const Date& date);
int day_of_year(const Date& date);
/// ISO 8601.
int week_of_year(const Date& date);

/// The offset from UTC in seconds: nullopt for a local time, and for a zone outside 1900 to 9999.
std::optional<int> offset_of(const DateTime& value);
/// Of a time of day the offset that is written; a zone alone has none.
std::optional<int> offset_of(const Time& value);

/// Seconds since 1970-01-01T00:00:00: of UTC where the offset is known, else of the clock.
money::Decimal seconds_of(const DateTime& value);
/// The same within a day.
money::Decimal seconds_of(const Time& value);

/// nullopt when one of them is local and the other is not.
std::optional<std::strong_ordering> order(const DateTime& a, const DateTime& b);
std::optional<std::strong_ordering> order(const Time& a, const Time& b);

/// nullopt outside the range of years. Where a month is shorter, its last day stands.
std::optional<Date> plus(const Date& date, MonthsDuration months);
/// A part of a day is counted from midnight: the day on which the duration ends.
std::optional<Date> plus(const Date& date, const DaysDuration& days);
std::optional<DateTime> plus(const DateTime& value, MonthsDuration months);
std::optional<DateTime> plus(const DateTime& value, const DaysDuration& days);
/// Around midnight.
Time plus(const Time& value, const DaysDuration& days);
/// Whole months from `from` to `to`, towards zero.
MonthsDuration months_between(const DateTime& from, const DateTime& to);

// Texts, as in the lexical form of XML Schema with "@Zone/Name" besides; nullopt for all others.
std::optional<Date> date_from(std::string_view text);
std::optional<Time> time_from(std::string_view text);
std::optional<DateTime> date_time_from(std::string_view text);
std::optional<DaysDuration> days_duration_from(std::string_view text);
std::optional<MonthsDuration> months_duration_from(std::string_view text);

std::string to_string(const Date& date);
std::string to_string(const Time& time);
std::string to_string(const DateTime& value);
std::string to_string(const DaysDuration& duration);
std::string to_string(MonthsDuration duration);

}  // namespace reckoner::rules
