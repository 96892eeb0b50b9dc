// Binary floating point cannot hold 0.1.
#include "money/money.hpp"

using namespace reckoner::money;

// expect: use of deleted function .*Money::Money\(double, .*Currency\)
Money tenth(Currency currency) {
  return Money(0.1, currency);  // refused
}
