#include "time/cron.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <vector>

#include "base/error.hpp"

namespace reckoner::time {

using namespace std::chrono;

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays = {"SUN", "MON", "TUE", "WED",
                                                       "THU", "FRI", "SAT"};
constexpr int kDaysBeforeLast = 30;
constexpr local_days kEnd = local_days(year(2200) / 1 / 1);

struct Field {
  std::string_view name;
  int low;
  int high;
  std::span<const std::string_view> names = {};  ///< of the values from `low` on
};

constexpr Field kSeconds{"seconds", 0, 59};
constexpr Field kMinutes{"minutes", 0, 59};
constexpr Field kHours{"hours", 0, 23};
constexpr Field kDaysOfMonth{"day-of-month", 1, 31};
constexpr Field kMonthsOfYear{"month", 1, 12, kMonths};
constexpr Field kDaysOfWeek{"day-of-week", 1, 7, kWeekdays};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words = split(text, ' ');
  std::erase(words, "");
  return words;
}

std::string upper_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

int parse_number(std::string_view text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '-' || error == std::errc::invalid_argument ||
      end != text.data() + text.size()) {
    throw Error(fmt::format("'{}' is not a number", text));
  }
  if (error != std::errc() || value < low || value > high) {
    throw Error(fmt::format("{} is not between {} and {}", text, low, high));
  }
  return value;
}

int parse_value(std::string_view text, const Field& field) {
  const auto named = std::find(field.names.begin(), field.names.end(), text);
  if (named != field.names.end()) {
    return field.low + static_cast<int>(named - field.names.begin());
  }
  const bool is_word = !text.empty() && text.front() >= 'A' && text.front() <= 'Z';
  if (is_word && !field.names.empty()) {
    throw Error(fmt::format("'{}' is neither a number nor a name from {} to {}", text,
                            field.names.front(), field.names.back()));
  }
  return parse_number(text, field.low, field.high);
}

/// Sets the bits of "*", "5", "1-5", "22-2", "*/5", "10/5" or "1-5/2".
template <std::size_t kSize>
void add_item(std::string_view item, const Field& field, std::bitset<kSize>& bits) {
  const std::size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  const std::size_t dash = range.find('-');
  int first = field.low;
  int last = field.high;
  if (range != "*") {
    first = parse_value(range.substr(0, dash), field);
    if (dash != std::string_view::npos) {
      last = parse_value(range.substr(dash + 1), field);
    } else if (slash == std::string_view::npos) {
      last = first;
    }
  }
  int step = 1;
  if (slash != std::string_view::npos) {
    try {
      step = parse_number(item.substr(slash + 1), 1, field.high);
    } catch (Error& error) {
      throw error.in("step");
    }
  }
  const int count = field.high - field.low + 1;
  const int length = last >= first ? last - first : last - first + count;
  for (int i = 0; i <= length; i += step) {
    bits.set(static_cast<std::size_t>(field.low + (first - field.low + i) % count));
  }
}

/// Calls `add` with each item of the list, and puts the field's name in front of what is wrong.
template <class Add>
void each_item(std::string_view text, const Field& field, const Add& add) {
  try {
    for (const std::string_view item : split(text, ',')) {
      if (item.empty()) throw Error(fmt::format("'{}' has an empty item", text));
      if (item == "?") throw Error("'?' stands only for a whole day field");
      add(item);
    }
  } catch (Error& error) {
    throw error.in(field.name);
  }
}

/// "*" or "*/n".
bool is_interval(std::string_view text) {
  return text.starts_with('*') && text.find(',') == std::string_view::npos;
}

/// The first set bit from `first` on, or the size where none is.
template <std::size_t kSize>
std::size_t find_from(const std::bitset<kSize>& bits, std::size_t first) {
  while (first < kSize && !bits[first]) ++first;
  return first;
}

}  // namespace

Cron Cron::parse(std::string_view expression) {
  const std::string upper = upper_case(expression);
  const std::vector<std::string_view> words = words_of(upper);
  Cron cron;
  cron.expression_ = expression;
  try {
    if (words.size() != 6) {
      throw Error(
          fmt::format("{} fields instead of 6 (seconds minutes hours day-of-month month "
                      "day-of-week)",
                      words.size()));
    }
    const auto add_to = [](auto& bits, const Field& field) {
      return [&](std::string_view item) { add_item(item, field, bits); };
    };
    each_item(words[0], kSeconds, add_to(cron.seconds_, kSeconds));
    each_item(words[1], kMinutes, add_to(cron.minutes_, kMinutes));
    each_item(words[2], kHours, add_to(cron.hours_, kHours));
    each_item(words[4], kMonthsOfYear, add_to(cron.months_, kMonthsOfYear));

    if (words[3] == "?" && words[5] == "?") {
      throw Error("day-of-month and day-of-week cannot both be '?'");
    }
    each_item(words[3] == "?" ? "*" : words[3], kDaysOfMonth, [&](std::string_view item) {
      if (!item.starts_with('L')) {
        add_item(item, kDaysOfMonth, cron.days_of_month_);
      } else if (item == "L") {
        cron.days_before_last_.set(0);
      } else if (item.starts_with("L-")) {
        cron.days_before_last_.set(
            static_cast<std::size_t>(parse_number(item.substr(2), 0, kDaysBeforeLast)));
      } else {
        throw Error(fmt::format("'{}' is neither L nor L- with a number", item));
      }
    });
    each_item(words[5] == "?" ? "*" : words[5], kDaysOfWeek, [&](std::string_view item) {
      if (item == "L") throw Error("L needs a weekday before it, such as 6L or FRIL");
      if (item.ends_with('L')) {
        const std::string_view weekday = item.substr(0, item.size() - 1);
        cron.last_weekdays_.set(static_cast<std::size_t>(parse_value(weekday, kDaysOfWeek)));
      } else {
        add_item(item, kDaysOfWeek, cron.days_of_week_);
      }
    });
    cron.interval_ = is_interval(words[2]);
  } catch (Error& error) {
    throw error.in(fmt::format("cron '{}'", expression));
  }
  return cron;
}

bool Cron::matches_day(Date date) const {
  const unsigned day = unsigned(date.day());
  const unsigned before_last = unsigned((date.year() / date.month() / last).day()) - day;
  const unsigned weekday_number = weekday(sys_days(date)).c_encoding() + 1;
  return months_[unsigned(date.month())] &&
         (days_of_month_[day] || days_before_last_[before_last]) &&
         (days_of_week_[weekday_number] || (last_weekdays_[weekday_number] && before_last < 7));
}

std::optional<seconds> Cron::time_from(seconds since_midnight) const {
  const hh_mm_ss start(since_midnight);
  auto minute = static_cast<std::size_t>(start.minutes().count());
  auto second = static_cast<std::size_t>(start.seconds().count());
  const auto first_hour = static_cast<std::size_t>(start.hours().count());
  for (std::size_t h = find_from(hours_, first_hour); h < 24; h = find_from(hours_, h + 1)) {
    if (h != first_hour) minute = second = 0;
    for (std::size_t m = find_from(minutes_, minute); m < 60; m = find_from(minutes_, m + 1)) {
      if (h != first_hour || m != minute) second = 0;
      const std::size_t s = find_from(seconds_, second);
      if (s < 60) return hours(h) + minutes(m) + seconds(s);
    }
  }
  return std::nullopt;
}

std::optional<local_seconds> Cron::match_from(local_seconds local) const {
  local_days day = floor<days>(local);
  seconds since_midnight = local - day;
  while (day < kEnd) {
    const Date date(day);
    if (!months_[unsigned(date.month())]) {
      day = local_days(date.year() / date.month() / last) + days(1);
      since_midnight = seconds(0);
      continue;
    }
    if (matches_day(date)) {
      if (const auto time = time_from(since_midnight)) return day + *time;
    }
    day += days(1);
    since_midnight = seconds(0);
  }
  return std::nullopt;
}

std::optional<Instant> Cron::next(Instant after, const Zone& zone) const {
  if (interval_) return next_of_interval(after, zone);
  // The instants of ever later wall-clock times are never earlier, so the first that lies after
  // `after` is the one.
  const LocalTime start = zone.local(after);
  auto local = match_from(local_days(start.date) + start.since_midnight);
  for (; local; local = match_from(*local + seconds(1))) {
    const auto day = floor<days>(*local);
    const Instant instant = zone.resolve({Date(day), *local - day}).instant;
    if (instant > after) return instant;
  }
  return std::nullopt;
}

std::optional<Instant> Cron::next_of_interval(Instant after, const Zone& zone) const {
  const auto shown = [](sys_seconds second, const Zone::Stretch& stretch) {
    return local_seconds((second + stretch.offset).time_since_epoch());
  };
  const auto second_of_after = floor<seconds>(after);
  Zone::Stretch stretch = zone.stretch_at(second_of_after);
  auto local = match_from(shown(second_of_after, stretch) + seconds(1));
  while (local) {
    const sys_seconds second((*local - stretch.offset).time_since_epoch());
    if (second < stretch.ends) return std::max(second, stretch.begins);
    const local_seconds before = shown(stretch.ends, stretch);
    stretch = zone.stretch_at(stretch.ends);
    local = match_from(std::min(before, shown(stretch.begins, stretch)));
  }
  return std::nullopt;
}

}  // namespace reckoner::time
