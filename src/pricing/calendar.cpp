#include "pricing/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.hpp"

namespace reckoner::pricing {

namespace {

using std::chrono::seconds;

/// Whether the place is set, or nothing at all is.
bool has(const std::vector<bool>& places, std::size_t place) {
  return places.empty() || places.at(place);
}

bool contains(const domain::Band& band, const time::LocalTime& local) {
  constexpr seconds kQuarter = std::chrono::minutes(15);
  const auto quarter = static_cast<std::size_t>(local.since_midnight / kQuarter);
  const std::chrono::weekday weekday{std::chrono::sys_days(local.date)};
  return has(band.quarters, quarter) && has(band.weekdays, weekday.iso_encoding() - 1) &&
         has(band.months, static_cast<unsigned>(local.date.month()) - 1);
}

bool matches(const domain::MatrixRow& row, std::span<const std::string> values) {
  RK_CHECK(row.values.size() == values.size());
  return std::ranges::equal(row.values, values, [](const auto& wanted, const std::string& value) {
    return !wanted || *wanted == value;
  });
}

/// "+02:00".
std::string offset_text(seconds offset) {
  const auto minutes = std::chrono::abs(offset) / std::chrono::minutes(1);
  return fmt::format("{}{:02}:{:02}", offset < seconds(0) ? '-' : '+', minutes / 60, minutes % 60);
}

WindowOfTime hour_of(time::Instant instant, const time::Zone& zone) {
  const time::LocalTime local = zone.local(instant);
  const seconds into_hour = local.since_midnight % std::chrono::hours(1);
  const auto whole = std::chrono::floor<seconds>(instant);
  const seconds offset = std::chrono::sys_days(local.date) + local.since_midnight - whole;
  return {whole - into_hour,
          fmt::format("{} {:02}:00{}", time::to_string(local.date),
                      local.since_midnight / std::chrono::hours(1), offset_text(offset))};
}

}  // namespace

std::size_t band_of(const domain::Calendar& calendar, const time::LocalTime& local) {
  RK_CHECK(!calendar.bands.empty());
  const std::size_t last = calendar.bands.size() - 1;
  std::size_t band = 0;
  while (band < last && !contains(calendar.bands[band], local)) ++band;
  return band;
}

std::optional<std::size_t> row_of(const domain::Matrix& matrix,
                                  std::span<const std::string> values) {
  for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
    if (matches(matrix.rows[row], values)) return row;
  }
  return std::nullopt;
}

WindowOfTime window_of(domain::Window window, time::Instant instant, const time::Zone& zone) {
  if (window == domain::Window::kHour) return hour_of(instant, zone);
  const time::Date day = zone.date_of(instant);
  if (window == domain::Window::kDay) return {zone.start_of(day), time::to_string(day)};
  const time::Date first = day.year() / day.month() / 1;
  return {zone.start_of(first), time::to_string(day).substr(0, 7)};
}

}  // namespace reckoner::pricing
