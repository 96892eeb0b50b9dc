#include "second/second.hpp"

namespace reckoner::second {

std::size_t band_of(const domain::Calendar& calendar, const time::LocalTime& local) {
  const auto quarter = static_cast<std::size_t>(local.since_midnight.count() / 900);
  const std::chrono::weekday weekday{std::chrono::sys_days(local.date)};
  const std::size_t monday_first = weekday.iso_encoding() - 1;
  const std::size_t month = static_cast<unsigned>(local.date.month()) - 1;
  const auto contains = [](const std::vector<bool>& chosen, std::size_t index) {
    return chosen.empty() || chosen[index];
  };
  for (std::size_t i = 0; i + 1 < calendar.bands.size(); ++i) {
    const domain::Band& band = calendar.bands[i];
    if (contains(band.quarters, quarter) && contains(band.weekdays, monday_first) &&
        contains(band.months, month)) {
      return i;
    }
  }
  return calendar.bands.size() - 1;
}

std::size_t row_of(const domain::Matrix& matrix, std::span<const std::string> values) {
  for (std::size_t i = 0; i < matrix.rows.size(); ++i) {
    bool matches = true;
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto& wanted = matrix.rows[i].values[k];
      if (wanted && *wanted != values[k]) matches = false;
    }
    if (matches) return i;
  }
  return pricing::kNoRow;
}

std::int64_t window_of(domain::Window window, time::Instant instant, const time::Zone& zone) {
  const time::LocalTime local = zone.local(instant);
  if (window == domain::Window::kMonth) {
    return std::int64_t{int{local.date.year()}} * 12 + unsigned{local.date.month()};
  }
  if (window == domain::Window::kDay) {
    return std::chrono::sys_days(local.date).time_since_epoch().count();
  }
  // An hour begins when its minutes were last zero; a repeated one begins twice.
  const std::int64_t into_hour = local.since_midnight.count() % 3600;
  const auto second = std::chrono::floor<std::chrono::seconds>(instant);
  return second.time_since_epoch().count() - into_hour;
}

}  // namespace reckoner::second
