#include "rules/temporal.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/error.hpp"

namespace reckoner::rules {

namespace {

using money::Decimal;

constexpr std::int64_t kDaySeconds = 86'400;
constexpr int kNanoDigits = 9;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// Seconds since midnight of its own clock.
std::int64_t whole_seconds(const Time& time) {
  return time.hour * 3600 + time.minute * 60 + time.second;
}

/// A number of nanoseconds as seconds.
Decimal seconds_from(std::int64_t seconds, int nanoseconds) {
  return Decimal(seconds) + Decimal::from_parts(nanoseconds, kNanoDigits);
}

/// The digits before the point.
std::int64_t whole_part(const Decimal& value) {
  money::Int128 out = value.coefficient();
  for (int scale = value.scale(); scale > 0; --scale) out /= 10;
  return static_cast<std::int64_t>(out);
}

struct Split {
  std::int64_t days;
  std::int64_t seconds;
  int nanoseconds;
};

/// Seconds as days and the rest, which is not negative; nullopt when they are beyond all years.
std::optional<Split> split(const Decimal& seconds) {
  constexpr std::int64_t kSecondsMax = std::int64_t{1'000'000'000} * 366 * kDaySeconds;
  if (seconds.abs() > Decimal(kSecondsMax)) return std::nullopt;
  const Decimal whole = money::round(seconds, 0, money::Rounding::kFloor);
  const std::int64_t units = whole_part(whole);
  const Decimal fraction = seconds - whole;
  const auto nanoseconds = static_cast<int>(whole_part(fraction * Decimal(1'000'000'000)));
  const std::int64_t days = floor_divide(units, kDaySeconds);
  return Split{days, units - days * kDaySeconds, nanoseconds};
}

void set_clock(Time& time, std::int64_t seconds, int nanoseconds) {
  time.hour = static_cast<int>(seconds / 3600);
  time.minute = static_cast<int>(seconds / 60 % 60);
  time.second = static_cast<int>(seconds % 60);
  time.nanosecond = nanoseconds;
}

std::optional<std::strong_ordering> ordered(const Decimal& a, bool a_local, const Decimal& b,
                                            bool b_local) {
  if (a_local != b_local) return std::nullopt;
  return a <=> b;
}

}  // namespace

int days_in_month(int year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::optional<Date> make_date(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (year < -kYearMax || year > kYearMax || month < 1 || month > 12 || day < 1)
    return std::nullopt;
  const Date date{static_cast<int>(year), static_cast<int>(month), static_cast<int>(day)};
  return day <= days_in_month(date.year, date.month) ? std::optional(date) : std::nullopt;
}

/// Counts years from March, so that the leap day is the last of its year, in eras of 400 years.
std::int64_t days_of(const Date& date) {
  const std::int64_t year = std::int64_t{date.year} - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day - 719'468;
}

std::optional<Date> date_of(std::int64_t days) {
  const std::int64_t since = days + 719'468;
  const std::int64_t era = floor_divide(since, 146'097);
  const std::int64_t day_of_era = since - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day + 2) / 153;
  const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  return make_date(era * 400 + year_of_era + (month <= 2 ? 1 : 0), month,
                   day - (153 * shifted + 2) / 5 + 1);
}

int weekday(const Date& date) {
  const std::int64_t days = days_of(date) + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(days - floor_divide(days, 7) * 7) + 1;
}

int day_of_year(const Date& date) {
  return static_cast<int>(days_of(date) - days_of({date.year, 1, 1})) + 1;
}

int week_of_year(const Date& date) {
  const std::int64_t thursday = days_of(date) + 4 - weekday(date);
  const auto day = date_of(thursday);
  return day ? (day_of_year(*day) - 1) / 7 + 1 : 1;
}

std::optional<int> offset_of(const DateTime& value) {
  if (!value.time.zone) return value.time.offset;
  if (value.date.year < 1900 || value.date.year > 9998) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(value.date.year),
      std::chrono::month(static_cast<unsigned>(value.date.month)),
      std::chrono::day(static_cast<unsigned>(value.date.day))};
  const auto local = std::chrono::seconds(whole_seconds(value.time));
  const auto instant = value.time.zone->resolve({date, local}).instant;
  const auto utc = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
  return static_cast<int>(days_of(value.date) * kDaySeconds + local.count() - utc);
}

std::optional<int> offset_of(const Time& value) {
  return value.offset;
}

Decimal seconds_of(const DateTime& value) {
  return seconds_from(
      days_of(value.date) * kDaySeconds + whole_seconds(value.time) - offset_of(value).value_or(0),
      value.time.nanosecond);
}

Decimal seconds_of(const Time& value) {
  return seconds_from(whole_seconds(value) - offset_of(value).value_or(0), value.nanosecond);
}

std::optional<std::strong_ordering> order(const DateTime& a, const DateTime& b) {
  return ordered(seconds_of(a), !offset_of(a), seconds_of(b), !offset_of(b));
}

std::optional<std::strong_ordering> order(const Time& a, const Time& b) {
  if (a.zone != b.zone) return std::nullopt;
  return ordered(seconds_of(a), !offset_of(a), seconds_of(b), !offset_of(b));
}

std::optional<Date> plus(const Date& date, MonthsDuration months) {
  constexpr std::int64_t kMonthsMax = std::int64_t{2} * 12 * kYearMax;
  if (months.months > kMonthsMax || months.months < -kMonthsMax) return std::nullopt;
  const std::int64_t all = std::int64_t{date.year} * 12 + date.month - 1 + months.months;
  const std::int64_t year = floor_divide(all, 12);
  const std::int64_t month = all - year * 12 + 1;
  if (year < -kYearMax || year > kYearMax) return std::nullopt;
  const int last = days_in_month(static_cast<int>(year), static_cast<int>(month));
  return make_date(year, month, std::min(date.day, last));
}

std::optional<Date> plus(const Date& date, const DaysDuration& days) {
  const auto parts = split(days.seconds);
  return parts ? date_of(days_of(date) + parts->days) : std::nullopt;
}

std::optional<DateTime> plus(const DateTime& value, MonthsDuration months) {
  const auto date = plus(value.date, months);
  return date ? std::optional(DateTime{*date, value.time}) : std::nullopt;
}

std::optional<DateTime> plus(const DateTime& value, const DaysDuration& days) {
  const auto parts =
      split(seconds_from(whole_seconds(value.time), value.time.nanosecond) + days.seconds);
  if (!parts) return std::nullopt;
  const auto date = date_of(days_of(value.date) + parts->days);
  if (!date) return std::nullopt;
  DateTime out{*date, value.time};
  set_clock(out.time, parts->seconds, parts->nanoseconds);
  return out;
}

Time plus(const Time& value, const DaysDuration& days) {
  Time out = value;
  if (const auto parts = split(seconds_from(whole_seconds(value), value.nanosecond) + days.seconds))
    set_clock(out, parts->seconds, parts->nanoseconds);
  return out;
}

MonthsDuration months_between(const DateTime& from, const DateTime& to) {
  const auto clock = [](const DateTime& value) {
    return Decimal(std::int64_t{value.date.day} * kDaySeconds) +
           seconds_from(whole_seconds(value.time), value.time.nanosecond);
  };
  std::int64_t months =
      (std::int64_t{to.date.year} - from.date.year) * 12 + to.date.month - from.date.month;
  if (months > 0 && clock(to) < clock(from)) --months;
  if (months < 0 && clock(to) > clock(from)) ++months;
  return {months};
}

}  // namespace reckoner::rules
