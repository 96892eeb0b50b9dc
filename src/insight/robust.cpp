#include "insight/robust.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::insight {

using money::Decimal;

Decimal median(std::vector<Decimal> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return over(*middle + *std::max_element(values.begin(), middle), 2);
}

Decimal median_deviation(const std::vector<Decimal>& values, const Decimal& centre) {
  std::vector<Decimal> distances;
  distances.reserve(values.size());
  for (const Decimal& value : values) distances.push_back((value - centre).abs());
  return median(std::move(distances));
}

Decimal normal_scale() {
  return Decimal::from_parts(14826, 4);
}

Decimal square_root(const Decimal& value) {
  RK_CHECK(value.sign() >= 0);
  if (value.is_zero()) return 0;
  // Newton's method from above falls until it has arrived.
  Decimal root = std::max(value, Decimal(1));
  for (;;) {
    const Decimal quotient =
        money::round(money::Ratio(value, root), kDigits, money::Rounding::kFloor);
    const Decimal next =
        money::round(money::Ratio(root + quotient, 2), kDigits, money::Rounding::kFloor);
    if (next >= root) return root;
    root = next;
  }
}

}  // namespace reckoner::insight
