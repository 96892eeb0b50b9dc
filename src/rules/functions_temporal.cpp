#include <array>

#include "rules/functions.hpp"

namespace reckoner::rules {

namespace {

using Arguments = std::span<const Value>;

const Date* date_in(const Value& value) {
  return value.date_time() != nullptr ? &value.date_time()->date : value.date();
}

Value day_of_week(Arguments arguments) {
  static constexpr std::array kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
  const Date* date = date_in(arguments[0]);
  return date != nullptr ? Value(kDays.at(static_cast<std::size_t>(weekday(*date)) - 1)) : Value();
}

Value month_of_year(Arguments arguments) {
  static constexpr std::array kMonths = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
  const Date* date = date_in(arguments[0]);
  return date != nullptr ? Value(kMonths.at(static_cast<std::size_t>(date->month) - 1)) : Value();
}

Value number_of_day(Arguments arguments) {
  const Date* date = date_in(arguments[0]);
  return date != nullptr ? Value(day_of_year(*date)) : Value();
}

Value number_of_week(Arguments arguments) {
  const Date* date = date_in(arguments[0]);
  return date != nullptr ? Value(week_of_year(*date)) : Value();
}

/// The same value of the same kind: a time of another offset is another time.
Value is_same(Arguments arguments) {
  return arguments[0] == arguments[1];
}

Value of_date(const Date& date, std::string_view name) {
  if (name == "year") return date.year;
  if (name == "month") return date.month;
  if (name == "day") return date.day;
  if (name == "weekday") return weekday(date);
  return {};
}

Value of_time(const Time& time, std::optional<int> offset, std::string_view name) {
  if (name == "hour") return time.hour;
  if (name == "minute") return time.minute;
  if (name == "second") return Decimal(time.second) + Decimal::from_parts(time.nanosecond, 9);
  if (name == "time offset" && offset) return DaysDuration{*offset};
  if (name == "timezone" && time.zone) return time.zone->name();
  return {};
}

Value of_days(const DaysDuration& duration, std::string_view name) {
  const Decimal all = duration.seconds.abs();
  const auto whole = [&all](int unit, int of_next) -> Value {
    const Decimal count = money::round(money::Ratio(all, unit), 0, money::Rounding::kFloor);
    if (of_next == 0) return count;
    const Decimal next = money::round(money::Ratio(count, of_next), 0, money::Rounding::kFloor);
    return count - next * Decimal(of_next);
  };
  Value out;
  if (name == "days") out = whole(86'400, 0);
  if (name == "hours") out = whole(3600, 24);
  if (name == "minutes") out = whole(60, 60);
  if (name == "seconds")
    out = all - money::round(money::Ratio(all, 60), 0, money::Rounding::kFloor) * Decimal(60);
  if (out.number() != nullptr && duration.seconds.sign() < 0) return -*out.number();
  return out;
}

Value of_range(const RangeEnds& range, std::string_view name) {
  if (name == "start") return range.low;
  if (name == "end") return range.high;
  if (name == "start included") return range.low_included;
  if (name == "end included") return range.high_included;
  return {};
}

}  // namespace

Value property_of(const Value& value, std::string_view name) {
  if (const Date* date = value.date()) return of_date(*date, name);
  if (const Time* time = value.time()) return of_time(*time, offset_of(*time), name);
  if (const DateTime* both = value.date_time()) {
    const Value date = of_date(both->date, name);
    return date.is_null() ? of_time(both->time, offset_of(*both), name) : date;
  }
  if (const DaysDuration* days = value.days()) return of_days(*days, name);
  if (const MonthsDuration* months = value.months()) {
    if (name == "years") return Decimal(months->months / 12);
    if (name == "months") return Decimal(months->months % 12);
  }
  if (const RangeEnds* range = value.range()) return of_range(*range, name);
  return {};
}

std::vector<Builtin> temporal_builtins() {
  return {
      {"day of year", {"date"}, 1, Type::kNumber, number_of_day},
      {"day of week", {"date"}, 1, Type::kString, day_of_week},
      {"month of year", {"date"}, 1, Type::kString, month_of_year},
      {"week of year", {"date"}, 1, Type::kNumber, number_of_week},
      {"is", {"value1", "value2"}, 2, Type::kBoolean, is_same},
  };
}

}  // namespace reckoner::rules
