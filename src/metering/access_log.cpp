#include "metering/access_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Takes a line's fields off its front. Once one is not there, none is any more.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  std::string_view word() {
    const std::string_view found = rest_.substr(0, rest_.find(' '));
    if (found.empty()) is_good_ = false;
    advance(found.size());
    return found;
  }

  std::string_view bracketed() {
    const std::size_t end = rest_.find(']');
    if (!rest_.starts_with('[') || end == std::string_view::npos) {
      is_good_ = false;
      return {};
    }
    const std::string_view found = rest_.substr(1, end - 1);
    advance(end + 1);
    return found;
  }

  /// `is_closed` is for a last field that may lack its closing quote.
  std::string_view quoted(bool* is_closed = nullptr) {
    if (!rest_.starts_with('"')) {
      is_good_ = false;
      return {};
    }
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') {
      end += rest_[end] == '\\' ? 2U : 1U;
    }
    const bool closed = end < rest_.size();
    if (is_closed != nullptr) {
      *is_closed = closed;
    } else if (!closed) {
      is_good_ = false;
    }
    end = std::min(end, rest_.size());
    const std::string_view found = rest_.substr(1, end - 1);
    advance(closed ? end + 1 : end);
    return found;
  }

  bool is_good() const { return is_good_; }
  bool is_at_end() const { return rest_.empty(); }

 private:
  /// Goes behind the field and the blank that follows.
  void advance(std::size_t length) {
    rest_.remove_prefix(length);
    if (rest_.empty()) return;
    if (rest_.front() != ' ') is_good_ = false;
    rest_.remove_prefix(1);
  }

  std::string_view rest_;
  bool is_good_ = true;
};
}  // namespace

std::optional<AccessLine> parse_access_line(std::string_view line) {
  AccessLine parsed;
  Fields fields(line);
  parsed.client = fields.word();
  fields.word();  // the remote log name, which nobody sends
  parsed.user = fields.word();
  parsed.time = fields.bracketed();
  parsed.request = fields.quoted();
  parsed.status = fields.word();
  parsed.bytes = fields.word();
  parsed.referer = fields.quoted();
  parsed.agent = fields.quoted(&parsed.is_closed);
  const bool numbers_good =
      all_digits(parsed.status) && (parsed.bytes == "-" || all_digits(parsed.bytes));
  if (!fields.is_good() || !fields.is_at_end() || !numbers_good) return std::nullopt;
  return parsed;
}

std::string access_time_in_rfc3339(std::string_view time) {
  constexpr std::string_view kForm = "00/Mon/0000:00:00:00 +0000";
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = time.size() == kForm.size()
                         ? std::find(kMonths.begin(), kMonths.end(), time.substr(3, 3))
                         : kMonths.end();
  const bool is_good = month != kMonths.end() && time[2] == '/' && time[6] == '/' &&
                       time[11] == ':' && time[20] == ' ';
  if (!is_good) {
    throw Error(fmt::format("'{}' is not a time such as 17/May/2015:10:05:03 +0000", time));
  }
  return fmt::format("{}-{:02}-{}T{}{}:{}", time.substr(7, 4), month - kMonths.begin() + 1,
                     time.substr(0, 2), time.substr(12, 8), time.substr(21, 3), time.substr(24, 2));
}

}  // namespace reckoner::metering
