#include "time/fraction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::time {

using std::chrono::microseconds;
using std::chrono::seconds;

Fraction fraction_of_days(const Days& covered, const Days& stretch) {
  if (stretch.count() <= 0) {
    throw Error(fmt::format("there is no day from {} to {}", to_string(stretch.starts_on),
                            to_string(stretch.ends_on)));
  }
  const Days common{std::max(covered.starts_on, stretch.starts_on),
                    std::min(covered.ends_on, stretch.ends_on)};
  return {std::max<std::int64_t>(common.count(), 0), stretch.count()};
}

Fraction fraction_of_time(const Period& covered, const Period& stretch) {
  return fraction_of_time(intersection(covered, stretch).length(), stretch.length());
}

Fraction fraction_of_time(microseconds covered, microseconds whole) {
  if (whole <= microseconds(0)) throw Error("there is no part of a time without length");
  const microseconds part = std::clamp(covered, microseconds(0), whole);
  const bool in_seconds =
      part % seconds(1) == microseconds(0) && whole % seconds(1) == microseconds(0);
  const microseconds unit = in_seconds ? seconds(1) : microseconds(1);
  return {part / unit, whole / unit};
}

}  // namespace reckoner::time
