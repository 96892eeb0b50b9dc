#pragma once

#include <cstdint>

#include "money/decimal.hpp"

namespace reckoner::pricing {

/// A part of a period, in days of the customer's calendar or in seconds: `part` of `whole`. An
/// exact fraction until the one rounding of its line. 0 ≤ part ≤ whole, whole ≥ 1.
struct Coverage {
  std::int64_t part;
  std::int64_t whole;

  bool is_whole() const { return part == whole; }
  money::Ratio fraction() const { return {part, whole}; }
  /// The share of what a whole period has.
  money::Ratio of(const money::Ratio& figure) const {
    return is_whole() ? figure : figure * fraction();
  }
};

}  // namespace reckoner::pricing
