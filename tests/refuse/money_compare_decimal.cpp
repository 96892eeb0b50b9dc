// Five of what?
#include "money/money.hpp"

using namespace reckoner::money;

// expect: no match for 'operator<' in 'money < number'
bool less(const Money& money, const Decimal& number) {
  return money < number;  // refused
}
