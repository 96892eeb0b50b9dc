#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "money/decimal.hpp"

namespace reckoner::money {

/// An ISO 4217 currency with its number of minor digits (USD 2, JPY 0, BHD 3, CLF 4). Three letters
/// by value; comparing is cheap.
class Currency {
 public:
  /// Throws Error for a code that ISO 4217 does not list as money, naming the nearest.
  static Currency of(std::string_view code);
  static std::optional<Currency> find(std::string_view code);

  std::string_view code() const { return {code_, 3}; }
  /// Digits behind the point of its smallest unit: 0 to 4.
  int minor_digits() const { return minor_digits_; }

  friend bool operator==(const Currency&, const Currency&) = default;
  friend auto operator<=>(const Currency&, const Currency&) = default;

 private:
  Currency(std::string_view code, int minor_digits);
  char code_[3];
  int minor_digits_;
};

/// An amount of one currency in whole minor units. Adding two currencies throws Error. Money times
/// money, money plus a bare number and money from binary floating point do not compile
/// (tests/refuse).
class Money {
 public:
  explicit Money(Currency currency) : currency_(currency) {}
  /// Throws Error when the amount has more digits than the currency (round_to_currency makes one
  /// that has not).
  Money(const Decimal& amount, Currency currency);
  Money(double, Currency) = delete;

  const Decimal& amount() const { return amount_; }
  Currency currency() const { return currency_; }
  bool is_zero() const { return amount_.is_zero(); }
  int sign() const { return amount_.sign(); }

  /// With all minor digits and without the code: "12.50", "-3.00", "1200".
  std::string to_string() const;

  Money operator-() const { return Money(-amount_, currency_); }
  friend Money operator+(const Money& a, const Money& b);
  friend Money operator-(const Money& a, const Money& b);
  Money& operator+=(const Money& other) { return *this = *this + other; }
  Money& operator-=(const Money& other) { return *this = *this - other; }
  /// Exact, so not Money any more: round_to_currency brings it back.
  friend Ratio operator*(const Money& money, const Ratio& factor) {
    return Ratio(money.amount_) * factor;
  }
  friend Ratio operator*(const Ratio& factor, const Money& money) {
    return Ratio(money.amount_) * factor;
  }
  friend Ratio operator*(const Money& a, const Money& b) = delete;
  friend bool operator==(const Money& a, const Money& b);
  /// Throws Error for two currencies.
  friend std::strong_ordering operator<=>(const Money& a, const Money& b);

 private:
  Decimal amount_;
  Currency currency_;
};

/// The one place where an invoice line loses digits: to whole minor units of the currency
/// (lines are rounded once, a total is the sum of its rounded lines).
Money round_to_currency(const Ratio& exact, Currency currency, Rounding rounding);

/// Splits `whole` by `weights` into parts that sum to it exactly: largest remainder (Hamilton),
/// ties to the earlier part; a negative whole mirrors its positive; a zero weight gets zero unless
/// all weights are zero, when the parts are equal. Throws Error when there is no weight or one is
/// negative.
std::vector<Money> allocate(const Money& whole, std::span<const Decimal> weights);

}  // namespace reckoner::money
