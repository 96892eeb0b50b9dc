#pragma once

#include <optional>

#include "money/decimal.hpp"

namespace reckoner::usage {

/// From the unit a meter counts in to the unit that is billed: bytes divided by 1048576 are MB.
struct Conversion {
  enum class Operation { kMultiply, kDivide };

  Operation operation = Operation::kMultiply;
  money::Decimal factor = 1;                ///< above zero
  std::optional<money::Rounding> rounding;  ///< none: the exact value
  int precision = 0;  ///< digits behind the point that rounding leaves, as of money::round
};

/// The quantity in the other unit, exact, or rounded once as the conversion says. Throws Error for
/// a factor that is not above zero.
money::Ratio convert(const money::Ratio& quantity, const Conversion& conversion);

}  // namespace reckoner::usage
