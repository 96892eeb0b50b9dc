#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/error.hpp"
#include "rules/temporal.hpp"

namespace reckoner::rules {

namespace {

using money::Decimal;

/// Reads a text from left to right; whatever does not fit leaves it where it stands.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  std::string_view rest() const { return text_; }

  bool accept(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  /// The digits here, at least `least` and at most `most` of them; empty when there are others.
  std::string_view digits(std::size_t least, std::size_t most) {
    const std::size_t end = std::min(text_.find_first_not_of("0123456789"), text_.size());
    if (end < least || end > most) return {};
    const std::string_view out = text_.substr(0, end);
    text_.remove_prefix(end);
    return out;
  }

  /// Exactly two digits, up to `most`.
  std::optional<int> pair(int most) {
    const std::string_view found = digits(2, 2);
    if (found.empty()) return std::nullopt;
    const int value = (found[0] - '0') * 10 + (found[1] - '0');
    return value <= most ? std::optional(value) : std::nullopt;
  }

 private:
  std::string_view text_;
};

std::int64_t number_of(std::string_view digits) {
  std::int64_t out = 0;
  for (const char c : digits) out = out * 10 + (c - '0');
  return out;
}

/// A fraction of a second in nanoseconds, those behind the ninth digit cut off.
std::optional<int> nanoseconds(Reader& reader) {
  if (!reader.accept('.')) return 0;
  const std::string_view digits = reader.digits(1, 40);
  if (digits.empty()) return std::nullopt;
  std::string nine(digits.substr(0, 9));
  nine.resize(9, '0');
  return static_cast<int>(number_of(nine));
}

bool read_offset(Reader& reader, Time& time) {
  constexpr int kHoursMax = 14;
  if (reader.at_end()) return true;
  if (reader.accept('Z')) {
    time.offset = 0;
    return reader.at_end();
  }
  if (reader.accept('@')) {
    try {
      time.zone = time::Zone::named(reader.rest());
    } catch (const Error&) {
      return false;
    }
    return true;
  }
  const bool negative = reader.accept('-');
  if (!negative && !reader.accept('+')) return false;
  const auto hours = reader.pair(kHoursMax);
  if (!hours || !reader.accept(':')) return false;
  const auto minutes = reader.pair(59);
  const auto seconds = reader.accept(':') ? reader.pair(59) : std::optional(0);
  if (!minutes || !seconds || !reader.at_end()) return false;
  const int all = *hours * 3600 + *minutes * 60 + *seconds;
  if (all > kHoursMax * 3600) return false;
  time.offset = negative ? -all : all;
  return true;
}

/// "P…" behind its sign, with the parts named by `units`, each at most once and in this order.
/// Appends each part's number as text, "" where it is missing; false when the text is none.
bool read_parts(Reader& reader, std::string_view units, std::vector<std::string>& parts) {
  std::string_view left = units;
  bool some = false;
  while (!reader.at_end() && reader.rest().front() != 'T') {
    std::string number(reader.digits(1, 18));
    if (number.empty()) return false;
    if (reader.accept('.')) {
      const std::string_view fraction = reader.digits(1, 40);
      if (fraction.empty() || reader.rest() != "S") return false;
      number += "." + std::string(fraction.substr(0, 9));
    }
    if (reader.at_end()) return false;
    const std::size_t found = left.find(reader.rest().front());
    if (found == std::string_view::npos) return false;
    parts[units.size() - left.size() + found] = number;
    left.remove_prefix(found + 1);
    reader.accept(reader.rest().front());
    some = true;
  }
  return some;
}

std::string offset_text(const Time& time) {
  if (time.zone) return fmt::format("@{}", time.zone->name());
  if (!time.offset) return "";
  if (*time.offset == 0) return "Z";
  const int all = std::abs(*time.offset);
  std::string out =
      fmt::format("{}{:02}:{:02}", *time.offset < 0 ? '-' : '+', all / 3600, all / 60 % 60);
  if (all % 60 != 0) out += fmt::format(":{:02}", all % 60);
  return out;
}

}  // namespace

std::optional<Date> date_from(std::string_view text) {
  Reader reader(text);
  const bool negative = reader.accept('-');
  const std::string_view year = reader.digits(4, 9);
  if (year.empty() || (year.size() > 4 && year.front() == '0') || !reader.accept('-'))
    return std::nullopt;
  const auto month = reader.pair(12);
  if (!month || !reader.accept('-')) return std::nullopt;
  const auto day = reader.pair(31);
  if (!day || !reader.at_end()) return std::nullopt;
  return make_date(negative ? -number_of(year) : number_of(year), *month, *day);
}

std::optional<Time> time_from(std::string_view text) {
  Reader reader(text);
  const auto hour = reader.pair(23);
  if (!hour || !reader.accept(':')) return std::nullopt;
  const auto minute = reader.pair(59);
  if (!minute || !reader.accept(':')) return std::nullopt;
  const auto second = reader.pair(59);
  if (!second) return std::nullopt;
  const auto fraction = nanoseconds(reader);
  if (!fraction) return std::nullopt;
  Time out{*hour, *minute, *second, *fraction, {}, {}};
  return read_offset(reader, out) ? std::optional(out) : std::nullopt;
}

std::optional<DateTime> date_time_from(std::string_view text) {
  const std::size_t middle = text.find('T');
  const auto date = date_from(text.substr(0, middle));
  if (!date) return std::nullopt;
  if (middle == std::string_view::npos) return DateTime{*date, {}};
  const auto time = time_from(text.substr(middle + 1));
  return time ? std::optional(DateTime{*date, *time}) : std::nullopt;
}

std::optional<DaysDuration> days_duration_from(std::string_view text) {
  Reader reader(text);
  const bool negative = reader.accept('-');
  if (!reader.accept('P')) return std::nullopt;
  std::vector<std::string> days(1);
  std::vector<std::string> clock(3);
  const bool has_days = read_parts(reader, "D", days);
  const bool has_clock = reader.accept('T');
  if (has_clock && !read_parts(reader, "HMS", clock)) return std::nullopt;
  if ((!has_days && !has_clock) || !reader.at_end()) return std::nullopt;
  const auto part = [](const std::string& number, int unit) {
    return number.empty() ? Decimal() : Decimal::parse(number) * Decimal(unit);
  };
  const Decimal all =
      part(days[0], 86'400) + part(clock[0], 3600) + part(clock[1], 60) + part(clock[2], 1);
  return DaysDuration{negative ? -all : all};
}

std::optional<MonthsDuration> months_duration_from(std::string_view text) {
  Reader reader(text);
  const bool negative = reader.accept('-');
  if (!reader.accept('P')) return std::nullopt;
  std::vector<std::string> parts(2);
  if (!read_parts(reader, "YM", parts) || !reader.at_end()) return std::nullopt;
  if (parts[0].size() > 12 || parts[1].size() > 12) return std::nullopt;
  const std::int64_t all = number_of(parts[0]) * 12 + number_of(parts[1]);
  return MonthsDuration{negative ? -all : all};
}

std::string to_string(const Date& date) {
  return fmt::format("{}{:04}-{:02}-{:02}", date.year < 0 ? "-" : "", std::abs(date.year),
                     date.month, date.day);
}

std::string to_string(const Time& time) {
  std::string out = fmt::format("{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
  if (time.nanosecond != 0) {
    out += fmt::format(".{:09}", time.nanosecond);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + offset_text(time);
}

std::string to_string(const DateTime& value) {
  return to_string(value.date) + "T" + to_string(value.time);
}

std::string to_string(const DaysDuration& duration) {
  if (duration.seconds.is_zero()) return "PT0S";
  const Decimal all = duration.seconds.abs();
  Decimal rest = all;
  const auto take = [&rest](int unit) {
    const Decimal count = money::round(money::Ratio(rest, unit), 0, money::Rounding::kFloor);
    rest -= count * Decimal(unit);
    return count;
  };
  const auto part = [](const Decimal& count, char unit) {
    return count.is_zero() ? "" : count.to_string() + unit;
  };
  std::string out = duration.seconds.sign() < 0 ? "-P" : "P";
  out += part(take(86'400), 'D');
  std::string clock = part(take(3600), 'H');
  clock += part(take(60), 'M');
  clock += part(rest, 'S');
  return clock.empty() ? out : out + "T" + clock;
}

std::string to_string(MonthsDuration duration) {
  const std::int64_t all = std::abs(duration.months);
  std::string out = duration.months < 0 ? "-P" : "P";
  if (all / 12 != 0) out += fmt::format("{}Y", all / 12);
  if (all % 12 != 0 || all == 0) out += fmt::format("{}M", all % 12);
  return out;
}

}  // namespace reckoner::rules
