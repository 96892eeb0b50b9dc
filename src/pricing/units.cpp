#include "pricing/units.hpp"

namespace reckoner::pricing {

money::Ratio in_units(const domain::OfMeters& metering, const money::Decimal& quantity) {
  const money::Ratio exact(quantity, metering.unit_size);
  switch (metering.unit_rounding) {
    case domain::UnitRounding::kExact:
      break;
    case domain::UnitRounding::kUp:
      return money::round(exact, 0, money::Rounding::kCeiling);
    case domain::UnitRounding::kDown:
      return money::round(exact, 0, money::Rounding::kFloor);
  }
  return exact;
}

}  // namespace reckoner::pricing
