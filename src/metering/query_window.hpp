#pragma once

#include <vector>

#include "time/time.hpp"

namespace reckoner::metering {

enum class WindowSize { kMinute, kHour, kDay, kMonth };

/// The window of that size on the clocks of `zone` that contains the instant. Days and months begin
/// at the zone's midnights: a day of a clock change has 23 or 25 hours. Hours and minutes begin
/// when the clock shows a whole one, or jumps into another: an hour that is repeated is two
/// windows. Windows of one size and zone tile time without gap or overlap.
time::Period window_containing(time::Instant instant, WindowSize size, const time::Zone& zone);

/// All windows that meet the range, in order; at most `count_max` and one more.
std::vector<time::Period> windows_of(const time::Period& range, WindowSize size,
                                     const time::Zone& zone, std::size_t count_max);

}  // namespace reckoner::metering
