#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "domain/charge.hpp"
#include "time/time.hpp"

namespace reckoner::pricing {

/// The band that a reading of the customer's clock falls into: the first that contains it, and the
/// last band for everything left.
std::size_t band_of(const domain::Calendar& calendar, const time::LocalTime& local);

/// The first row that matches the values of the matrix's dimensions, in their order; none: these
/// values have no price.
std::optional<std::size_t> row_of(const domain::Matrix& matrix,
                                  std::span<const std::string> values);

/// One window of time. Days and months are those of the zone's calendar, hours those of its clock;
/// an hour that the clock shows twice is two windows.
struct WindowOfTime {
  time::Instant starts_at;
  std::string label;  ///< "2026-10-25 02:00+01:00", "2026-10-25", "2026-10": different for each
  friend bool operator==(const WindowOfTime&, const WindowOfTime&) = default;
};

/// The window that contains the instant.
WindowOfTime window_of(domain::Window window, time::Instant instant, const time::Zone& zone);

}  // namespace reckoner::pricing
