#pragma once

#include "golden/golden.hpp"

namespace reckoner::golden {

/// Units by the days of a month that they were there, and at its end.
struct LevelInMonth {
  money::Ratio average;
  money::Decimal at_end;
};

/// `carried_units` from before the month, and events {day or date, units}, each from the beginning
/// of its day. The month is `period`; May 2023 where the case does not name it.
LevelInMonth level_in_month(const Case& item);

}  // namespace reckoner::golden
