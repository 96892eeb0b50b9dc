#pragma once

#include <cstdint>

#include "domain/plan.hpp"
#include "money/decimal.hpp"

namespace reckoner::usage {

/// What is kept of a set of usage values. Folding is associative and commutative, so totals may be
/// merged in any order and any grouping; one such row serves every aggregation that adds.
struct Fold {
  std::int64_t count = 0;
  money::Decimal sum;
  money::Decimal min;  ///< meaningless while count is 0
  money::Decimal max;  ///< meaningless while count is 0

  void add(const money::Decimal& value);
  void merge(const Fold& other);

  friend bool operator==(const Fold&, const Fold&) = default;
};

/// The quantity a meter makes of the fold; an empty fold is 0 (an invoice treats no usage as none).
money::Decimal quantity_of(const Fold& fold, domain::Aggregation aggregation);

}  // namespace reckoner::usage
