// A bare number has no currency to be added in.
#include "money/money.hpp"

using namespace reckoner::money;

// expect: no match for 'operator\+' in 'money \+ number'
Money sum(const Money& money, const Decimal& number) {
  return money + number;  // refused
}
