#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>

#include "money/decimal.hpp"

namespace reckoner::second {

using Integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>,
                                              boost::multiprecision::et_off>;

/// An exact fraction of whole numbers without bounds: it never overflows and never rounds.
class Rational {
 public:
  Rational() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Rational(std::int64_t whole) : numerator_(whole) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Rational(int whole) : numerator_(whole) {}
  Rational(Integer numerator, Integer denominator);
  // NOLINTNEXTLINE(google-explicit-constructor)
  Rational(const money::Decimal& value);
  // NOLINTNEXTLINE(google-explicit-constructor)
  Rational(const money::Ratio& value);

  int sign() const { return numerator_.sign(); }
  /// The largest whole number that is not above.
  Integer floor() const;
  /// "3/4 (0.75)".
  std::string to_string() const;

  Rational operator-() const { return {-numerator_, denominator_}; }
  friend Rational operator+(const Rational& a, const Rational& b);
  friend Rational operator-(const Rational& a, const Rational& b) { return a + -b; }
  friend Rational operator*(const Rational& a, const Rational& b);
  friend Rational operator/(const Rational& a, const Rational& b);
  Rational& operator+=(const Rational& other) { return *this = *this + other; }
  Rational& operator-=(const Rational& other) { return *this = *this - other; }
  friend bool operator==(const Rational& a, const Rational& b) { return compare(a, b) == 0; }
  friend bool operator<(const Rational& a, const Rational& b) { return compare(a, b) < 0; }
  friend bool operator>(const Rational& a, const Rational& b) { return compare(a, b) > 0; }
  friend bool operator<=(const Rational& a, const Rational& b) { return compare(a, b) <= 0; }
  friend bool operator>=(const Rational& a, const Rational& b) { return compare(a, b) >= 0; }

 private:
  static int compare(const Rational& a, const Rational& b);

  Integer numerator_ = 0;
  Integer denominator_ = 1;  ///< above zero; the fraction need not be in lowest terms
};

/// To a whole number of 10^-digits, as money is rounded: a half goes away from zero, or to the even
/// one.
enum class Half { kAwayFromZero, kEven };
Rational rounded(const Rational& value, int digits, Half half);

}  // namespace reckoner::second
