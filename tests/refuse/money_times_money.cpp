// Square dollars do not exist.
#include "money/money.hpp"

using namespace reckoner::money;

// expect: use of deleted function .*operator\*\(const Money&, const Money&\)
Ratio product(const Money& a, const Money& b) {
  return a * b;  // refused
}
