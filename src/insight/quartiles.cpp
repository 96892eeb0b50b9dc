#include "insight/quartiles.hpp"

#include <algorithm>

namespace reckoner::insight {

namespace {

/// 10 to the power of `digits`.
money::Decimal power_of_ten(int digits) {
  money::Decimal power = 1;
  for (int i = 0; i < digits; ++i) power = power * money::Decimal(10);
  return power;
}

/// The value a quarter, two or three of the way from the least to the largest of them.
money::Decimal at_quarter(const std::vector<money::Decimal>& sorted, std::size_t quarters) {
  const std::size_t steps = (sorted.size() - 1) * quarters;
  const money::Decimal& below = sorted[steps / 4];
  if (steps % 4 == 0) return below;
  const auto part =
      money::Decimal(static_cast<std::int64_t>(steps % 4)) * money::Decimal::parse("0.25");
  return below + (sorted[steps / 4 + 1] - below) * part;
}

}  // namespace

money::Decimal to_two_digits(const money::Decimal& value) {
  if (value.is_zero()) return value;
  const money::Decimal size = value.sign() < 0 ? -value : value;
  // Digits in front of the point, or, below zero, zeros behind it.
  int digits = 0;
  while (size >= power_of_ten(digits)) ++digits;
  if (digits > 0) {
    const money::Decimal step = power_of_ten(std::max(digits - 2, 0));
    return money::round(money::Ratio(value, step), digits == 1 ? 1 : 0,
                        money::Rounding::kHalfAwayFromZero) *
           step;
  }
  int zeros = 0;
  while (size * power_of_ten(zeros + 1) < money::Decimal(1)) ++zeros;
  return money::round(value, zeros + 2, money::Rounding::kHalfAwayFromZero);
}

std::optional<Quartiles> quartiles(std::vector<money::Decimal> values) {
  if (values.size() < kBenchmarkLeast) return std::nullopt;
  std::ranges::sort(values);
  return Quartiles{to_two_digits(at_quarter(values, 1)), to_two_digits(at_quarter(values, 2)),
                   to_two_digits(at_quarter(values, 3))};
}

}  // namespace reckoner::insight
