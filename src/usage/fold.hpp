#pragma once

#include <cstdint>
#include <optional>

#include "domain/plan.hpp"
#include "money/decimal.hpp"

namespace reckoner::usage {

/// What is kept of a set of usage values. Folding is associative and commutative, so totals may be
/// merged in any order and any grouping; one such row serves every aggregation that looks at the
/// values alone.
struct Fold {
  std::int64_t count = 0;
  money::Decimal sum;
  money::Decimal min;  ///< meaningless while count is 0
  money::Decimal max;  ///< meaningless while count is 0

  void add(const money::Decimal& value);
  void merge(const Fold& other);

  friend bool operator==(const Fold&, const Fold&) = default;
};

/// What an aggregation makes of the fold, exactly: count, sum, min, max or average. Without values
/// a count is 0 and the others have no value. The other aggregations look at more than a Fold
/// keeps: unique.hpp, level.hpp, percentile.hpp; asking for them is a Bug.
std::optional<money::Ratio> value_of(const Fold& fold, domain::Aggregation aggregation);

/// Digits behind the point of a quantity whose exact value has no end: an average, a level over
/// time.
inline constexpr int kQuantityDigits = 12;

/// The quantity that an invoice bills: no value is 0. What is a decimal already keeps its digits; a
/// quotient is rounded half away from zero to kQuantityDigits.
money::Decimal quantity_of(const std::optional<money::Ratio>& value);

/// The same of a fold.
inline money::Decimal quantity_of(const Fold& fold, domain::Aggregation aggregation) {
  return quantity_of(value_of(fold, aggregation));
}

}  // namespace reckoner::usage
