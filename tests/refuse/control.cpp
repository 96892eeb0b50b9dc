// What the other programs here get wrong, done right: this one compiles.
#include "money/money.hpp"

using namespace reckoner::money;

Ratio third_of(const Money& money) {
  return money * Ratio(Decimal(1), Decimal(3));
}
Money sum(const Money& a, const Money& b) {
  return a + b;
}
Money from_decimal(const Decimal& amount) {
  return Money(amount, Currency::of("USD"));
}
Decimal from_text() {
  return Decimal::parse("0.1");
}
bool less(const Money& a, const Money& b) {
  return a < b && a.amount() < b.amount();
}
