#include "time/posix_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"

namespace reckoner::time {

using namespace std::chrono;

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }

  bool take(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void demand(bool holds) const {
    if (!holds) throw Error(fmt::format("'{}' is not a rule of yearly clock changes", text_));
  }

  int number(int low, int high) {
    int value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    demand(error == std::errc() && value >= low && value <= high);
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  /// "EST" or "<+0330>".
  void skip_name() {
    const bool quoted = take('<');
    const auto ends = [quoted](char c) {
      return quoted ? c == '>' : (c < 'A' || c > 'Z') && (c < 'a' || c > 'z');
    };
    const auto end = std::find_if(rest_.begin(), rest_.end(), ends);
    demand(end != rest_.begin());
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
    if (quoted) demand(take('>'));
  }

  /// "[+-]h[:m[:s]]", up to a week.
  seconds clock() {
    const bool negative = take('-');
    if (!negative) take('+');
    seconds result = hours(number(0, 167));
    if (take(':')) result += minutes(number(0, 59));
    if (take(':')) result += seconds(number(0, 59));
    return negative ? -result : result;
  }

  YearlyChange change() {
    demand(take(',') && take('M'));
    const month in_month(static_cast<unsigned>(number(1, 12)));
    demand(take('.'));
    const auto week = static_cast<unsigned>(number(1, 5));
    demand(take('.'));
    const weekday on(static_cast<unsigned>(number(0, 6)));
    return {in_month, week, on, take('/') ? clock() : hours(2)};
  }

 private:
  std::string_view text_;
  std::string_view rest_;
};

}  // namespace

local_seconds YearlyChange::in(year in_year) const {
  const local_days day = week == 5 ? local_days(in_year / month / weekday[last])
                                   : local_days(in_year / month / weekday[week]);
  return day + since_midnight;
}

std::optional<PosixRule> PosixRule::parse(std::string_view text) {
  Reader reader(text);
  reader.skip_name();
  const seconds standard_offset = -reader.clock();
  if (reader.done()) return std::nullopt;
  reader.skip_name();
  const seconds summer_offset = reader.next_is(',') ? standard_offset + hours(1) : -reader.clock();
  const YearlyChange summer_begins = reader.change();
  const YearlyChange summer_ends = reader.change();
  reader.demand(reader.done());
  return PosixRule{standard_offset, summer_offset, summer_begins, summer_ends};
}

}  // namespace reckoner::time
