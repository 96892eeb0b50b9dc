#include "usage/fold.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::usage {

void Fold::add(const money::Decimal& value) {
  merge(Fold{1, value, value, value});
}

void Fold::merge(const Fold& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  count += other.count;
  sum += other.sum;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
}

std::optional<money::Ratio> value_of(const Fold& fold, domain::Aggregation aggregation) {
  if (aggregation == domain::Aggregation::kCount) return money::Decimal(fold.count);
  if (fold.count == 0) return std::nullopt;
  switch (aggregation) {
    case domain::Aggregation::kSum:
      return fold.sum;
    case domain::Aggregation::kMin:
      return fold.min;
    case domain::Aggregation::kMax:
      return fold.max;
    case domain::Aggregation::kAverage:
      return money::Ratio(fold.sum, fold.count);
    default:
      RK_CHECK(!"an aggregation of the values alone");
      return std::nullopt;
  }
}

money::Decimal quantity_of(const std::optional<money::Ratio>& value) {
  if (!value) return 0;
  if (value->denominator() == money::Decimal(1)) return value->numerator();
  return money::round(*value, kQuantityDigits, money::Rounding::kHalfAwayFromZero);
}

}  // namespace reckoner::usage
