#pragma once

#include <vector>

#include "money/decimal.hpp"

namespace reckoner::insight {

/// Digits behind the point that statistics are kept to, half-even.
inline constexpr int kDigits = 12;

/// The exact value to kDigits.
inline money::Decimal fixed(const money::Ratio& exact) {
  return money::round(exact, kDigits, money::Rounding::kHalfEven);
}
inline money::Decimal times(const money::Decimal& a, const money::Decimal& b) {
  return fixed(a * b);
}
inline money::Decimal over(const money::Decimal& a, const money::Decimal& b) {
  return fixed(money::Ratio(a, b));
}

/// The middle value; the mean of the two in the middle where their number is even. Of nothing: 0.
money::Decimal median(std::vector<money::Decimal> values);

/// The median of the distances to `centre` (MAD). Of nothing: 0.
money::Decimal median_deviation(const std::vector<money::Decimal>& values,
                                const money::Decimal& centre);

/// What the MAD of normally distributed values has to be multiplied by to be their standard
/// deviation: 1.4826 (Leys et al., "Detecting outliers", J. Exp. Soc. Psych. 49, 2013).
money::Decimal normal_scale();

/// To kDigits, toward zero. The value is not negative.
money::Decimal square_root(const money::Decimal& value);

}  // namespace reckoner::insight
