#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "time/calendar_duration.hpp"
#include "time/time.hpp"

namespace reckoner::time {

using namespace std::chrono;

namespace {

constexpr std::int64_t kMonthsMax = 9999 * 12;
constexpr std::int64_t kDaysMax = 9999 * 366;

/// The whole numbers in front of the letters of an ISO 8601 duration.
struct Parts {
  std::int64_t years = 0;
  std::int64_t months = 0;
  std::int64_t weeks = 0;
  std::int64_t days = 0;
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  std::int64_t seconds = 0;
};

struct Unit {
  char letter;
  bool of_time;  ///< stands behind the T
  std::int64_t Parts::*count;
};

constexpr Unit kUnits[] = {{'Y', false, &Parts::years}, {'M', false, &Parts::months},
                           {'W', false, &Parts::weeks}, {'D', false, &Parts::days},
                           {'H', true, &Parts::hours},  {'M', true, &Parts::minutes},
                           {'S', true, &Parts::seconds}};

[[noreturn]] void refuse(std::string_view text, std::string_view reason) {
  throw Error(fmt::format("'{}' is not a duration: {}", text, reason));
}

/// Refuses with `form` what is not written as a duration.
Parts read(std::string_view text, std::string_view form) {
  Parts parts;
  std::string_view rest = text;
  const auto take = [&rest](char letter) {
    if (!rest.starts_with(letter)) return false;
    rest.remove_prefix(1);
    return true;
  };
  if (!take('P')) refuse(text, form);
  bool behind_t = false;
  bool complete = false;
  const Unit* next = std::begin(kUnits);
  while (!rest.empty()) {
    if (!behind_t && take('T')) {
      behind_t = true;
      complete = false;
    }
    std::int64_t count = 0;
    const bool digits = !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
    const auto number = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (!digits || number.ec == std::errc::invalid_argument) refuse(text, form);
    rest.remove_prefix(static_cast<std::size_t>(number.ptr - rest.data()));
    next = std::find_if(next, std::end(kUnits), [&](const Unit& unit) {
      return unit.of_time == behind_t && take(unit.letter);
    });
    if (next == std::end(kUnits)) refuse(text, form);
    if (number.ec != std::errc()) refuse(text, "it is too long");
    parts.*(next->count) = count;
    ++next;
    complete = true;
  }
  if (!complete) refuse(text, form);
  return parts;
}

/// Σ count × size; none where that is above `max`.
struct Counted {
  std::int64_t count;
  std::int64_t size;
};
std::optional<std::int64_t> total_of(std::initializer_list<Counted> counted, std::int64_t max) {
  std::int64_t total = 0;
  for (const auto& [count, size] : counted) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(count, size, &product) ||
        __builtin_add_overflow(total, product, &total) || total > max) {
      return std::nullopt;
    }
  }
  return total;
}

CalendarDuration calendar_of(const Parts& parts, std::string_view text) {
  const auto months = total_of({{parts.years, 12}, {parts.months, 1}}, kMonthsMax);
  const auto days = total_of({{parts.weeks, 7}, {parts.days, 1}}, kDaysMax);
  if (!months || !days) refuse(text, "it is too long");
  return {.months = static_cast<int>(*months), .days = static_cast<int>(*days)};
}

seconds clock_of(const Parts& parts, std::string_view text) {
  const auto total = total_of({{parts.weeks, 604'800},
                               {parts.days, 86'400},
                               {parts.hours, 3'600},
                               {parts.minutes, 60},
                               {parts.seconds, 1}},
                              std::numeric_limits<std::int64_t>::max());
  if (!total) refuse(text, "it is too long");
  return seconds(*total);
}

void append(std::string& text, std::int64_t count, char letter) {
  if (count != 0) text += fmt::format("{}{}", count, letter);
}

}  // namespace

seconds parse_duration(std::string_view text) {
  const Parts parts = read(text, "write it such as P1D, P2W or PT36H");
  if (parts.years != 0 || parts.months != 0) {
    refuse(text, "years and months have no fixed length");
  }
  return clock_of(parts, text);
}

std::string to_string(seconds duration) {
  RK_CHECK(duration >= seconds(0));
  if (duration == seconds(0)) return "PT0S";
  const auto whole_days = floor<days>(duration);
  const hh_mm_ss clock(duration - whole_days);
  std::string date_part;
  std::string time_part;
  append(date_part, whole_days.count(), 'D');
  append(time_part, clock.hours().count(), 'H');
  append(time_part, clock.minutes().count(), 'M');
  append(time_part, clock.seconds().count(), 'S');
  return fmt::format("P{}{}{}", date_part, time_part.empty() ? "" : "T", time_part);
}

CalendarDuration parse_calendar_duration(std::string_view text) {
  constexpr std::string_view kForm = "write it such as P1M, P1Y, P28D or P2W";
  const Parts parts = read(text, kForm);
  const CalendarDuration duration = calendar_of(parts, text);
  if (text.find('T') != std::string_view::npos) refuse(text, kForm);
  if (duration == CalendarDuration{}) refuse(text, "it is no time at all");
  return duration;
}

std::string to_string(const CalendarDuration& duration) {
  std::string text = "P";
  append(text, duration.months, 'M');
  append(text, duration.days, 'D');
  return text;
}

Date add(Date from, const CalendarDuration& duration, std::int64_t times) {
  const Date month = month_day(from, static_cast<int>(times * duration.months),
                               static_cast<int>(unsigned(from.day())));
  return add_days(month, times * duration.days);
}

Duration parse_any_duration(std::string_view text) {
  Parts parts = read(text, "write it such as P1M, P1DT12H or PT30M");
  const CalendarDuration calendar = calendar_of(parts, text);
  parts.weeks = parts.days = 0;
  return {.calendar = calendar, .clock = clock_of(parts, text)};
}

Instant add(Instant from, const Duration& duration, const Zone& zone) {
  Instant start = from;
  if (duration.calendar != CalendarDuration{}) {
    const LocalTime local = zone.local(from);
    const Date date = add(local.date, duration.calendar);
    start = zone.resolve({date, local.since_midnight}).instant + (from - floor<seconds>(from));
  }
  return start + duration.clock;
}

}  // namespace reckoner::time
