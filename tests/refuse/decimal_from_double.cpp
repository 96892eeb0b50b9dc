// Binary floating point cannot hold 0.1.
#include "money/decimal.hpp"

using namespace reckoner::money;

// expect: use of deleted function .*Decimal::Decimal\(double\)
Decimal tenth() {
  return Decimal(0.1);  // refused
}
