#include "time/cron_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <optional>
#include <sstream>
#include <vector>

#include "base/error.hpp"

namespace reckoner::time {

namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_any(std::string_view field) {
  return field == "*" || field == "?";
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

/// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
}

/// The name of a number, or of its first three letters.
template <std::size_t Count>
std::string named(const std::string& text, const std::array<std::string_view, Count>& names) {
  if (is_number(text)) {
    const auto number = static_cast<std::size_t>(std::stoi(text));
    return std::string(names.at((number - 1) % Count));
  }
  for (const std::string_view name : names) {
    const bool same =
        text.size() == 3 && std::equal(text.begin(), text.end(), name.begin(), [](char a, char b) {
          return std::toupper(static_cast<unsigned char>(a)) ==
                 std::toupper(static_cast<unsigned char>(b));
        });
    if (same) return std::string(name);
  }
  return text;
}

using Word = std::function<std::string(const std::string&)>;

/// What a field of lists, ranges and steps says, its numbers put in words by `word`.
std::string values(const std::string& field, const Word& word) {
  std::vector<std::string> items;
  for (const std::string& item : split(field, ',')) {
    const std::vector<std::string> step = split(item, '/');
    const std::vector<std::string> range = split(step[0], '-');
    std::string text = range.size() == 2 ? fmt::format("{} to {}", word(range[0]), word(range[1]))
                                         : (is_any(range[0]) ? "any" : word(range[0]));
    if (step.size() == 2) {
      text = is_any(range[0]) ? fmt::format("each {}th", step[1])
                              : fmt::format("each {}th from {}", step[1], text);
    }
    items.push_back(std::move(text));
  }
  return listed(items);
}

/// "every 5 minutes" of "*/5" and "0/5".
std::optional<std::string> every(const std::string& field, std::string_view unit) {
  if (field == "*") return fmt::format("every {}", unit);
  for (const std::string_view prefix : {"*/", "0/"}) {
    const std::string_view step =
        std::string_view(field).substr(std::min<std::size_t>(2, field.size()));
    if (field.starts_with(prefix) && is_number(step)) {
      return step == "1" ? fmt::format("every {}", unit) : fmt::format("every {} {}s", step, unit);
    }
  }
  return std::nullopt;
}

std::string two_digits(const std::string& number) {
  return fmt::format("{:02}", std::stoi(number));
}

std::string time_of_day(const std::string& second, const std::string& minute,
                        const std::string& hour) {
  if (is_number(second) && is_number(minute)) {
    const std::string rest =
        two_digits(minute) + (std::stoi(second) == 0 ? "" : ":" + two_digits(second));
    const std::vector<std::string> hours = split(hour, ',');
    if (std::all_of(hours.begin(), hours.end(), [](const auto& one) { return is_number(one); })) {
      std::vector<std::string> times;
      for (const std::string& one : hours) times.push_back(two_digits(one) + ":" + rest);
      return "at " + listed(times);
    }
    if (const auto hourly = every(hour, "hour")) {
      return std::stoi(minute) == 0 && std::stoi(second) == 0
                 ? *hourly
                 : fmt::format("{} at minute {}", *hourly, rest);
    }
  }
  const bool from_zero = second == "0";
  if (from_zero && hour == "*") {
    if (const auto often = every(minute, "minute")) return *often;
  }
  if (minute == "*" && hour == "*") {
    if (const auto often = every(second, "second")) return *often;
  }
  const auto same = [](const std::string& number) { return number; };
  std::string text =
      fmt::format("in minute {} of hour {}", values(minute, same), values(hour, same));
  if (!from_zero) text += fmt::format(" at second {}", values(second, same));
  return text;
}

std::string day_of_month(const std::string& field) {
  if (field == "L") return "on the last day of the month";
  if (field.starts_with("L-")) {
    return fmt::format("{} days before the last day of the month", field.substr(2));
  }
  return fmt::format("on day {} of the month",
                     values(field, [](const std::string& number) { return number; }));
}

std::string day_of_week(const std::string& field) {
  if (field.size() > 1 && (field.ends_with('L') || field.ends_with('l'))) {
    return fmt::format("on the last {} of the month",
                       named(field.substr(0, field.size() - 1), kWeekdays));
  }
  const std::string days =
      values(field, [](const std::string& day) { return named(day, kWeekdays); });
  return (field.find('-') == field.npos ? "on " : "from ") + days;
}

}  // namespace

std::string in_words(const Cron& cron) {
  std::istringstream in(cron.expression());
  std::vector<std::string> fields;
  for (std::string field; in >> field;) fields.push_back(field);
  RK_CHECK(fields.size() == 6);
  std::string text = time_of_day(fields[0], fields[1], fields[2]);
  const bool any_day = is_any(fields[3]) && is_any(fields[5]);
  if (any_day && text.starts_with("at ")) text += " every day";
  if (!is_any(fields[3])) text += " " + day_of_month(fields[3]);
  if (!is_any(fields[5])) text += " " + day_of_week(fields[5]);
  if (!is_any(fields[4])) {
    text +=
        ", in " + values(fields[4], [](const std::string& month) { return named(month, kMonths); });
  }
  return text;
}

}  // namespace reckoner::time
