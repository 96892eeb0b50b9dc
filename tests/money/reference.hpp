#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <vector>

#include "money/decimal.hpp"

/// An independent, slow and obvious implementation on unbounded integers, and generators of
/// numbers.
namespace reckoner::money {

__extension__ typedef unsigned __int128 UInt128;
using Integer = boost::multiprecision::cpp_int;

inline Integer power_of_ten(int exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

/// numerator / denominator; the denominator is above zero.
struct Exact {
  Integer numerator;
  Integer denominator;

  static Exact of(const Decimal& value) {
    const bool negative = value.coefficient() < 0;
    auto rest = static_cast<UInt128>(value.coefficient());
    if (negative) rest = UInt128{0} - rest;
    Integer magnitude = static_cast<std::uint64_t>(rest >> 64);
    magnitude <<= 64;
    magnitude += static_cast<std::uint64_t>(rest);
    return {negative ? Integer(-magnitude) : magnitude, power_of_ten(value.scale())};
  }
  static Exact of(const Ratio& value) {
    const Exact n = of(value.numerator());
    const Exact d = of(value.denominator());
    return {n.numerator * d.denominator, n.denominator * d.numerator};
  }

  friend Exact operator+(const Exact& a, const Exact& b) {
    return {a.numerator * b.denominator + b.numerator * a.denominator,
            a.denominator * b.denominator};
  }
  friend Exact operator-(const Exact& a, const Exact& b) {
    return a + Exact{-b.numerator, b.denominator};
  }
  friend Exact operator*(const Exact& a, const Exact& b) {
    return {a.numerator * b.numerator, a.denominator * b.denominator};
  }
  int compare(const Exact& other) const {
    return Integer(numerator * other.denominator).compare(Integer(other.numerator * denominator));
  }
  friend bool operator==(const Exact& a, const Exact& b) { return a.compare(b) == 0; }

  /// Whether some coefficient of 38 digits and scale of 0 to 38 gives this value.
  bool fits_decimal() const {
    for (int scale = 0; scale <= Decimal::kDigitsMax; ++scale) {
      const Integer scaled = numerator * power_of_ten(scale);
      if (scaled % denominator == 0) return abs(Integer(scaled / denominator)) < power_of_ten(38);
    }
    return false;
  }

  /// The whole number nearest to this value × 10^digits in the sense of the rounding.
  Integer rounded(int digits, Rounding rounding) const {
    const Integer scaled = numerator * power_of_ten(std::max(digits, 0));
    const Integer divisor = denominator * power_of_ten(std::max(-digits, 0));
    Integer floor = scaled / divisor;
    if (scaled % divisor < 0) --floor;
    const Integer above = scaled - floor * divisor;  // 0 ≤ above < divisor
    if (above == 0) return floor;
    const Integer twice = 2 * above;
    bool up = false;
    switch (rounding) {
      case Rounding::kFloor:
        up = false;
        break;
      case Rounding::kCeiling:
        up = true;
        break;
      case Rounding::kTowardZero:
        up = scaled < 0;
        break;
      case Rounding::kAwayFromZero:
        up = scaled > 0;
        break;
      case Rounding::kHalfAwayFromZero:
        up = twice > divisor || (twice == divisor && scaled > 0);
        break;
      case Rounding::kHalfTowardZero:
        up = twice > divisor || (twice == divisor && scaled < 0);
        break;
      case Rounding::kHalfEven:
        up = twice > divisor || (twice == divisor && floor % 2 != 0);
        break;
      case Rounding::kHalfOdd:
        up = twice > divisor || (twice == divisor && floor % 2 == 0);
        break;
      case Rounding::kHalfCeiling:
        up = twice >= divisor;
        break;
      case Rounding::kHalfFloor:
        up = twice > divisor;
        break;
    }
    return up ? Integer(floor + 1) : floor;
  }
};

/// Any number of up to `digits` digits with any scale, small ones and round ones more often than
/// chance would have it.
inline rc::Gen<Decimal> any_decimal(int digits) {
  return rc::gen::exec([digits] {
    const int length = *rc::gen::inRange(1, digits + 1);
    const int zeros = *rc::gen::element(0, 0, 0, length / 2);
    Int128 coefficient = 0;
    for (int i = 0; i < length; ++i) {
      const int digit = *rc::gen::element(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 5);
      coefficient = coefficient * 10 + (i < length - zeros ? digit : 0);
    }
    const int scale = *rc::gen::inRange(0, digits + 1);
    return Decimal::from_parts(*rc::gen::arbitrary<bool>() ? -coefficient : coefficient, scale);
  });
}

inline const std::vector<Rounding> kRoundings = {
    Rounding::kHalfAwayFromZero, Rounding::kHalfTowardZero, Rounding::kHalfEven,
    Rounding::kHalfOdd,          Rounding::kHalfCeiling,    Rounding::kHalfFloor,
    Rounding::kTowardZero,       Rounding::kAwayFromZero,   Rounding::kFloor,
    Rounding::kCeiling};

inline rc::Gen<Rounding> any_rounding() {
  return rc::gen::elementOf(kRoundings);
}

}  // namespace reckoner::money
