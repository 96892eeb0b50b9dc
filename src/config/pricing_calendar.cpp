#include <fmt/format.h>

#include <algorithm>
#include <bitset>

#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/pricing.hpp"

namespace reckoner::config {

namespace {

constexpr std::size_t kQuarters = 96;
constexpr std::array<std::string_view, 7> kWeekdays{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};
constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

/// Every quarter hour of every weekday of every month.
using Moments = std::bitset<kQuarters * kWeekdays.size() * kMonths.size()>;

/// Marks `first` to `last`, both included, going on from the front behind the end.
void mark(std::vector<bool>& marks, std::size_t first, std::size_t last) {
  for (std::size_t at = first;; at = (at + 1) % marks.size()) {
    marks[at] = true;
    if (at == last) return;
  }
}

/// "mon-fri sun" → a mark for each name of the circle; empty where the attribute is missing.
std::vector<bool> read_circle(const Element& element, std::string_view attribute,
                              std::span<const std::string_view> names, std::string_view what) {
  if (!element.attribute(attribute)) return {};
  const auto index = [&](std::string_view word) {
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) {
      const std::vector<std::string> candidates(names.begin(), names.end());
      fail_attribute(element, attribute,
                     fmt::format("'{}' is not a {} from {} to {}{}", word, what, names.front(),
                                 names.back(), suggestion(word, candidates)));
    }
    return static_cast<std::size_t>(found - names.begin());
  };
  std::vector<bool> marks(names.size());
  for (const std::string& word : words_attribute(element, attribute)) {
    const std::size_t dash = word.find('-');
    const std::size_t first = index(std::string_view(word).substr(0, dash));
    const std::size_t last =
        dash == std::string::npos ? first : index(std::string_view(word).substr(dash + 1));
    mark(marks, first, last);
  }
  return marks;
}

/// "08:15" → 33 quarters. "24:00" is the end of the day.
std::optional<std::size_t> parse_quarter(std::string_view text) {
  const auto digit = [&](std::size_t at) { return static_cast<std::size_t>(text[at] - '0'); };
  constexpr std::string_view kForm = "00:00";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool fits = kForm[i] == ':' ? text[i] == ':' : text[i] >= '0' && text[i] <= '9';
    if (!fits) return std::nullopt;
  }
  const std::size_t minutes = digit(3) * 10 + digit(4);
  const std::size_t quarter = (digit(0) * 10 + digit(1)) * 4 + minutes / 15;
  if (minutes % 15 != 0 || minutes >= 60 || quarter > kQuarters) return std::nullopt;
  return quarter;
}

/// "08:00-20:00 22:00-02:00" → a mark for each quarter hour; empty where the attribute is missing.
std::vector<bool> read_hours(const Element& element) {
  if (!element.attribute("hours")) return {};
  std::vector<bool> marks(kQuarters);
  for (const std::string& word : words_attribute(element, "hours")) {
    const std::size_t dash = std::min(word.find('-'), word.size());
    const auto from = parse_quarter(std::string_view(word).substr(0, dash));
    const auto to = parse_quarter(std::string_view(word).substr(std::min(dash + 1, word.size())));
    if (!from || !to || *from == kQuarters || *to == 0 || *from == *to) {
      fail_attribute(element, "hours",
                     fmt::format("'{}' is not a stretch of quarter hours such as 08:00-20:00, "
                                 "22:15-02:00 or 18:00-24:00",
                                 word));
    }
    mark(marks, *from, *to - 1);
  }
  return marks;
}

Moments moments_of(const domain::Band& band) {
  const auto holds = [](const std::vector<bool>& marks, std::size_t at) {
    return marks.empty() || marks[at];
  };
  Moments moments;
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    for (std::size_t day = 0; day < kWeekdays.size(); ++day) {
      for (std::size_t quarter = 0; quarter < kQuarters; ++quarter) {
        if (holds(band.months, month) && holds(band.weekdays, day) &&
            holds(band.quarters, quarter)) {
          moments.set((month * kWeekdays.size() + day) * kQuarters + quarter);
        }
      }
    }
  }
  return moments;
}

}  // namespace

domain::Calendar read_calendar(const Element& element, money::Currency currency) {
  element.allow({}, {"band"});
  domain::Calendar calendar;
  Moments priced;
  std::vector<std::string_view> children(kRateElements.begin(), kRateElements.end());
  constexpr std::array<std::string_view, 5> kAttributes{"title", "hours", "weekdays", "months",
                                                        "price"};
  for (const Element& child : element.children()) {
    child.allow(kAttributes, children);
    static_cast<void>(child.required("title"));
    domain::Band band{title_attribute(child, ""), read_hours(child),
                      read_circle(child, "weekdays", kWeekdays, "weekday"),
                      read_circle(child, "months", kMonths, "month"),
                      read_price_or_rate(child, currency)};
    for (const domain::Band& other : calendar.bands) {
      if (other.title == band.title) {
        child.fail(fmt::format("two bands of a calendar have the title '{}'", band.title));
      }
    }
    const Moments moments = moments_of(band);
    if ((moments & ~priced).none()) {
      child.fail(fmt::format("band '{}' never matches: the bands before it leave nothing to it",
                             band.title));
    }
    priced |= moments;
    calendar.bands.push_back(std::move(band));
  }
  if (calendar.bands.empty()) element.fail("calendar has no band");
  const domain::Band& last = calendar.bands.back();
  if (!last.quarters.empty() || !last.weekdays.empty() || !last.months.empty()) {
    element.children().back().fail(
        fmt::format("the last band of a calendar is for everything that is left, so '{}' cannot "
                    "have hours, weekdays or months",
                    last.title));
  }
  return calendar;
}

}  // namespace reckoner::config
