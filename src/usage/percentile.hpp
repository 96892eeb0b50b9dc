#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "money/decimal.hpp"

namespace reckoner::usage {

/// How often each value came: what a percentile is read from. Merging is associative and
/// commutative.
class Distribution {
 public:
  void add(const money::Decimal& value) { ++times_[value]; }
  void merge(const Distribution& other);

  std::int64_t count() const;

  /// By nearest rank: of n values in ascending order the one at place ⌈percent / 100 × n⌉, counted
  /// from 1; the first for 0 percent. So it is always one of the values: the 95th percentile is the
  /// smallest value that at least 95 of 100 do not exceed. None where there is no value. Throws
  /// Error for a percent outside 0 to 100.
  std::optional<money::Decimal> percentile(const money::Decimal& percent) const;

  friend bool operator==(const Distribution&, const Distribution&) = default;

 private:
  std::map<money::Decimal, std::int64_t> times_;
};

}  // namespace reckoner::usage
