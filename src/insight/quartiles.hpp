#pragma once

#include <optional>
#include <vector>

#include "money/decimal.hpp"

namespace reckoner::insight {

/// Where the middle half of some values lies.
struct Quartiles {
  money::Decimal lower;
  money::Decimal median;
  money::Decimal upper;
};

/// Fewer than this many say too much about each of them.
inline constexpr std::size_t kBenchmarkLeast = 5;

/// Quartiles with linear interpolation between neighbours (Hyndman and Fan 1996, definition 7),
/// each to two significant digits, half away from zero, so that none is the exact value of one of
/// those it comes from. None for fewer than kBenchmarkLeast values.
std::optional<Quartiles> quartiles(std::vector<money::Decimal> values);

/// To two significant digits, half away from zero: 1234.5 is 1200, 0.0456 is 0.046.
money::Decimal to_two_digits(const money::Decimal& value);

}  // namespace reckoner::insight
