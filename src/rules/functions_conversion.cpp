#include <optional>

#include "rules/conversions.hpp"
#include "rules/functions.hpp"

namespace reckoner::rules {

namespace {

using Arguments = std::span<const Value>;

template <typename Found>
Value value_or_null(const std::optional<Found>& found) {
  return found ? Value(*found) : Value();
}

/// A whole number within a few digits, such as a month.
std::optional<std::int64_t> small_whole(const Value& value) {
  const Decimal* number = value.number();
  if (number == nullptr || !number->is_whole() || number->abs() > Decimal(kYearMax))
    return std::nullopt;
  money::Int128 out = number->coefficient();
  for (int scale = number->scale(); scale > 0; --scale) out /= 10;
  return static_cast<std::int64_t>(out);
}

Value date_of_one(Arguments arguments) {
  const Value& from = arguments[0];
  if (from.date() != nullptr) return from;
  if (from.date_time() != nullptr) return from.date_time()->date;
  return from.string() != nullptr ? value_or_null(date_from(*from.string())) : Value();
}

Value date_of_parts(Arguments arguments) {
  const auto year = small_whole(arguments[0]);
  const auto month = small_whole(arguments[1]);
  const auto day = small_whole(arguments[2]);
  return year && month && day ? value_or_null(make_date(*year, *month, *day)) : Value();
}

Value time_of_one(Arguments arguments) {
  const Value& from = arguments[0];
  if (from.time() != nullptr) return from;
  if (from.date_time() != nullptr) return from.date_time()->time;
  if (from.date() != nullptr) return Time{.offset = 0};
  return from.string() != nullptr ? value_or_null(time_from(*from.string())) : Value();
}

Value time_of_parts(Arguments arguments) {
  const auto hour = small_whole(arguments[0]);
  const auto minute = small_whole(arguments[1]);
  const Decimal* second = arguments[2].number();
  if (!hour || !minute || second == nullptr || *hour < 0 || *hour > 23 || *minute < 0 ||
      *minute > 59 || second->sign() < 0 || *second >= Decimal(60))
    return {};
  const Decimal seconds = Decimal(*hour * 3600 + *minute * 60) + *second;
  Time out = plus(Time(), DaysDuration{seconds});
  if (arguments.size() == 4 && !arguments[3].is_null()) {
    constexpr std::int64_t kOffsetMax = 14 * 3600;
    const DaysDuration* offset = arguments[3].days();
    if (offset == nullptr) return {};
    const auto count = small_whole(offset->seconds);
    if (!count || *count > kOffsetMax || *count < -kOffsetMax) return {};
    out.offset = static_cast<int>(*count);
  }
  return out;
}

Value date_and_time_of_one(Arguments arguments) {
  const Value& from = arguments[0];
  if (from.date_time() != nullptr) return from;
  if (from.date() != nullptr) return DateTime{*from.date(), {.offset = 0}};
  return from.string() != nullptr ? value_or_null(date_time_from(*from.string())) : Value();
}

Value date_and_time_of_two(Arguments arguments) {
  const Time* time = arguments[1].time();
  const Date* date =
      arguments[0].date_time() != nullptr ? &arguments[0].date_time()->date : arguments[0].date();
  return date != nullptr && time != nullptr ? Value(DateTime{*date, *time}) : Value();
}

Value number_of_text(Arguments arguments) {
  const std::string* from = arguments[0].string();
  if (arguments[0].number() != nullptr && arguments.size() == 1) return arguments[0];
  if (from == nullptr) return {};
  const auto separator = [&](std::size_t index, std::string_view known) -> std::optional<char> {
    if (arguments.size() <= index || arguments[index].is_null()) return '\0';
    const std::string* text = arguments[index].string();
    if (text == nullptr || text->size() != 1 || known.find((*text)[0]) == std::string_view::npos)
      return std::nullopt;
    return (*text)[0];
  };
  const auto grouping = separator(1, " ,.");
  const auto point = separator(2, ".,");
  if (!grouping || !point || (*grouping != '\0' && *grouping == *point)) return {};
  std::string digits;
  for (const char c : *from) {
    if (c == *grouping && c != '\0') continue;
    if (*point != '\0' && *point != '.' && c == '.') return {};
    digits += c == *point && c != '\0' ? '.' : c;
  }
  const auto out = Decimal::try_parse(digits);
  return out ? Value(*out) : Value();
}

Value string_of(Arguments arguments) {
  return arguments[0].is_null() ? Value() : Value(arguments[0].to_text());
}

Value duration_of_text(Arguments arguments) {
  if (arguments[0].days() != nullptr || arguments[0].months() != nullptr) return arguments[0];
  return arguments[0].string() != nullptr ? duration_from(*arguments[0].string()) : Value();
}

Value years_and_months(Arguments arguments) {
  const auto full = [](const Value& value) -> std::optional<DateTime> {
    if (value.date() != nullptr) return DateTime{*value.date(), {}};
    return value.date_time() != nullptr ? std::optional(*value.date_time()) : std::nullopt;
  };
  const auto from = full(arguments[0]);
  const auto to = full(arguments[1]);
  return from && to ? Value(months_between(*from, *to)) : Value();
}

}  // namespace

Value duration_from(std::string_view text) {
  if (const auto days = days_duration_from(text)) return *days;
  return value_or_null(months_duration_from(text));
}

Value temporal_from(std::string_view text) {
  if (const auto date = date_from(text)) return *date;
  if (const auto time = time_from(text)) return *time;
  if (text.starts_with("P") || text.starts_with("-P")) return duration_from(text);
  return text.find('T') != std::string_view::npos ? value_or_null(date_time_from(text)) : Value();
}

std::vector<Builtin> conversion_builtins() {
  return {
      {"date", {"from"}, 1, Type::kDate, date_of_one},
      {"date", {"year", "month", "day"}, 3, Type::kDate, date_of_parts},
      {"time", {"from"}, 1, Type::kTime, time_of_one},
      {"time", {"hour", "minute", "second", "offset"}, 3, Type::kTime, time_of_parts},
      {"date and time", {"from"}, 1, Type::kDateTime, date_and_time_of_one},
      {"date and time", {"date", "time"}, 2, Type::kDateTime, date_and_time_of_two},
      {"number",
       {"from", "grouping separator", "decimal separator"},
       1,
       Type::kNumber,
       number_of_text},
      {"string", {"from"}, 1, Type::kString, string_of},
      {"duration", {"from"}, 1, Type::kAny, duration_of_text},
      {"years and months duration", {"from", "to"}, 2, Type::kMonthsDuration, years_and_months},
  };
}

}  // namespace reckoner::rules
