#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.hpp"
#include "time/time.hpp"

namespace reckoner::time {

using namespace std::chrono;

namespace {

constexpr Instant kEarliest = sys_days(year(1900) / 1 / 1);
constexpr Instant kTooLate = sys_days(year(10000) / 1 / 1);

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The number with zeros in front up to `width` digits. Not by fmt, which made dates and times a
/// fifth of all that a run computes.
void append_padded(std::string& text, std::int64_t number, std::size_t width) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const auto count = static_cast<std::size_t>(end - digits);
  if (count < width) text.append(width - count, '0');
  text.append(digits, end);
}

/// Takes text apart from the left. Every take gives nothing and moves nowhere where the text goes
/// on otherwise.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count || !std::all_of(rest_.begin(), rest_.begin() + count, is_digit)) {
      return std::nullopt;
    }
    int value = 0;
    for (const char c : rest_.substr(0, count)) value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }

  /// All the digits there are; may be none.
  std::string_view all_digits() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const std::string_view found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(found.size());
    return found;
  }

  /// "2026-10-31", a day that exists.
  std::optional<Date> date() {
    const auto y = digits(4);
    if (!y || !take('-')) return std::nullopt;
    const auto m = digits(2);
    if (!m || !take('-')) return std::nullopt;
    const auto d = digits(2);
    if (!d) return std::nullopt;
    const Date date = year(*y) / month(static_cast<unsigned>(*m)) / day(static_cast<unsigned>(*d));
    return date.ok() ? std::optional(date) : std::nullopt;
  }

  /// "23:59".
  std::optional<minutes> clock() {
    const auto h = digits(2);
    if (!h || *h > 23 || !take(':')) return std::nullopt;
    const auto m = digits(2);
    if (!m || *m > 59) return std::nullopt;
    return hours(*h) + minutes(*m);
  }

  /// ":59" with or without a fraction.
  std::optional<microseconds> seconds_of_clock() {
    if (!take(':')) return std::nullopt;
    const auto s = digits(2);
    if (!s || *s > 59) return std::nullopt;
    microseconds result = seconds(*s);
    if (!take('.')) return result;
    const std::string_view fraction = all_digits();
    if (fraction.empty()) return std::nullopt;
    microseconds unit = milliseconds(100);
    for (const char c : fraction) {
      result += unit * (c - '0');
      unit /= 10;
    }
    return result;
  }

  /// "Z", "+05:30" or "-03:30": local time less UTC.
  std::optional<minutes> offset() {
    if (take('Z')) return minutes(0);
    const bool negative = take('-');
    if (!negative && !take('+')) return std::nullopt;
    const auto size = clock();
    if (!size) return std::nullopt;
    return negative ? -*size : *size;
  }

 private:
  std::string_view rest_;
};

std::optional<Instant> read_instant(std::string_view text) {
  Reader reader(text);
  const auto date = reader.date();
  if (!date || !(reader.take('T') || reader.take(' '))) return std::nullopt;
  const auto clock = reader.clock();
  if (!clock) return std::nullopt;
  const auto second = reader.seconds_of_clock();
  if (!second) return std::nullopt;
  const auto offset = reader.offset();
  if (!offset || !reader.done()) return std::nullopt;
  return sys_days(*date) + *clock + *second - *offset;
}

}  // namespace

Period intersection(const Period& a, const Period& b) {
  return {std::max(a.starts_at, b.starts_at), std::min(a.ends_at, b.ends_at)};
}

std::int64_t days_between(Date from, Date to) {
  return (sys_days(to) - sys_days(from)).count();
}

Date add_days(Date date, std::int64_t count) {
  return sys_days(date) + days(count);
}

Date month_day(Date from, int month_count, int day_of_month) {
  RK_CHECK(day_of_month >= 1 && day_of_month <= 31);
  const year_month month = from.year() / from.month() + months(month_count);
  const day last_day = (month / last).day();
  return month / std::min(day(static_cast<unsigned>(day_of_month)), last_day);
}

Date parse_date(std::string_view text) {
  Reader reader(text);
  const auto date = reader.date();
  if (!date || !reader.done()) {
    throw Error(fmt::format("'{}' is not a date such as 2026-10-31", text));
  }
  return *date;
}

std::string to_string(Date date) {
  std::string text;
  append_padded(text, int(date.year()), 4);
  append_padded(text += '-', unsigned(date.month()), 2);
  append_padded(text += '-', unsigned(date.day()), 2);
  return text;
}

Instant parse_instant(std::string_view text) {
  const auto instant = read_instant(text);
  if (!instant) {
    throw Error(fmt::format("'{}' is not a time such as 2026-10-31T14:20:00Z", text));
  }
  if (*instant < kEarliest || *instant >= kTooLate) {
    throw Error(fmt::format("'{}' is not in the years 1900 to 9999 (UTC)", text));
  }
  return *instant;
}

std::string to_string(Instant instant) {
  const auto date = floor<days>(instant);
  const hh_mm_ss clock(instant - date);
  const auto fraction = clock.subseconds().count();
  std::string text = to_string(Date(date));
  append_padded(text += 'T', clock.hours().count(), 2);
  append_padded(text += ':', clock.minutes().count(), 2);
  append_padded(text += ':', clock.seconds().count(), 2);
  if (fraction != 0) append_padded(text += '.', fraction, 6);
  text += 'Z';
  return text;
}

}  // namespace reckoner::time
