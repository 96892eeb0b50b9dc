#include "usage/fold.hpp"

#include <algorithm>

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

money::Decimal quantity_of(const Fold& fold, domain::Aggregation aggregation) {
  switch (aggregation) {
    case domain::Aggregation::kCount:
      return fold.count;
    case domain::Aggregation::kSum:
      return fold.sum;
    case domain::Aggregation::kMax:
      return fold.count == 0 ? money::Decimal(0) : fold.max;
  }
  return 0;
}

}  // namespace reckoner::usage
