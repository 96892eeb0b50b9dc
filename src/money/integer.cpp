#include "money/integer.hpp"

#include <utility>

namespace reckoner::money::detail {

Division multiply_divide(UInt128 factor, UInt128 part, UInt128 whole) {
  if (const auto product = multiply(factor, part)) return divide(*product, whole);
  // Bit by bit from the top of the factor. Twice a remainder and a part stay below 3 × 10^38.
  Division division{0, 0};
  for (int bit = 127; bit >= 0; --bit) {
    division.quotient *= 2;
    division.remainder *= 2;
    if ((factor >> bit) & 1) division.remainder += part;
    while (division.remainder >= whole) {
      division.remainder -= whole;
      ++division.quotient;
    }
  }
  return division;
}

void drop_zeros(UInt128& value, int& scale, int scale_min) {
  while (scale > scale_min) {
    const Division tenth = divide(value, 10);
    if (tenth.remainder != 0) return;
    value = tenth.quotient;
    --scale;
  }
}

UInt128 common_divisor(UInt128 a, UInt128 b) {
  while (b != 0) a = std::exchange(b, divide(a, b).remainder);
  return a;
}

std::optional<UInt128> magnitude_in_units(const Decimal& value, int scale) {
  UInt128 units = magnitude(value.coefficient());
  if (units == 0) return units;
  int units_scale = value.scale();
  if (units_scale > scale) drop_zeros(units, units_scale, scale);
  if (units_scale > scale) return std::nullopt;
  return scale_up(units, scale - units_scale);
}

}  // namespace reckoner::money::detail
