#include "app/day_range.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::app {

namespace {

std::optional<time::Date> day_of(std::string_view option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  try {
    return time::parse_date(text);
  } catch (const Error& error) {
    throw UsageError(fmt::format("{} {}: {}", option, text, error.what()));
  }
}

}  // namespace

DayRange day_range(const std::string& from, const std::string& to) {
  const DayRange range{day_of("--from", from), day_of("--to", to)};
  if (range.from && range.to && *range.to < *range.from) {
    throw UsageError(fmt::format("--to {}: lies before --from {}", to, from));
  }
  return range;
}

}  // namespace reckoner::app
