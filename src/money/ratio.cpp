#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "money/decimal.hpp"
#include "money/integer.hpp"

namespace reckoner::money {

using detail::common_divisor;
using detail::divide;
using detail::Division;
using detail::drop_zeros;
using detail::fits_64_bits;
using detail::kMagnitudeEnd;
using detail::kWordDigits;
using detail::magnitude;
using detail::multiply;
using detail::multiply_divide;
using detail::multiply_words;
using detail::scale_up;
using detail::scale_up_word;
using detail::UInt128;
using detail::Unchecked;
using detail::with_sign;

namespace {

/// ± numerator / denominator × 10^−scale; the scale may be negative.
struct Fraction {
  bool negative;
  UInt128 numerator;
  UInt128 denominator;
  int scale;
};

Fraction fraction_of(const Ratio& ratio) {
  const Decimal& n = ratio.numerator();
  const Decimal& d = ratio.denominator();
  return {n.sign() < 0, magnitude(n.coefficient()), magnitude(d.coefficient()),
          n.scale() - d.scale()};
}

/// The same value in lowest terms.
Fraction reduced(Fraction value) {
  if (value.numerator == 0) return {false, 0, 1, 0};
  const UInt128 divisor = common_divisor(value.numerator, value.denominator);
  value.numerator /= divisor;
  value.denominator /= divisor;
  drop_zeros(value.numerator, value.scale, value.scale - Decimal::kDigitsMax);
  int denominator_scale = 0;
  drop_zeros(value.denominator, denominator_scale, -Decimal::kDigitsMax);
  value.scale -= denominator_scale;
  return value;
}

/// False when the parts do not fit two Decimals.
bool fits(const Fraction& value) {
  return value.numerator < kMagnitudeEnd && value.denominator < kMagnitudeEnd &&
         std::abs(value.scale) <= Decimal::kDigitsMax;
}

/// For a fraction that fits.
Ratio ratio_of(const Fraction& value) {
  return Unchecked::ratio(with_sign(value.negative, value.numerator), std::max(value.scale, 0),
                          with_sign(false, value.denominator), std::max(-value.scale, 0));
}

/// Whether both parts fit 64 bits.
bool is_small(const Ratio& ratio) {
  return fits_64_bits(ratio.numerator().coefficient()) &&
         fits_64_bits(ratio.denominator().coefficient());
}

std::string text_of(const Ratio& ratio) {
  if (ratio.denominator() == Decimal(1)) return ratio.numerator().to_string();
  return fmt::format("({}/{})", ratio.numerator().to_string(), ratio.denominator().to_string());
}

[[noreturn]] void throw_too_large(std::string_view what) {
  throw Error(fmt::format("{} does not fit {} digits", what, Decimal::kDigitsMax));
}

std::optional<Fraction> product_of(const Fraction& a, const Fraction& b) {
  const auto numerator = multiply(a.numerator, b.numerator);
  const auto denominator = multiply(a.denominator, b.denominator);
  if (!numerator || !denominator) return std::nullopt;
  const Fraction product{a.negative != b.negative, *numerator, *denominator, a.scale + b.scale};
  return fits(product) ? std::optional(product) : std::nullopt;
}

/// The sum over a.denominator / shared × b.denominator, where `shared` divides both denominators.
std::optional<Fraction> sum_of(const Fraction& a, const Fraction& b, UInt128 shared) {
  const UInt128 a_factor = b.denominator / shared;
  const auto denominator = multiply(a.denominator, a_factor);
  auto x = multiply(a.numerator, a_factor);
  auto y = multiply(b.numerator, a.denominator / shared);
  if (!denominator || !x || !y) return std::nullopt;
  const int scale = std::max(a.scale, b.scale);
  x = scale_up(*x, scale - a.scale);
  y = scale_up(*y, scale - b.scale);
  if (!x || !y) return std::nullopt;
  Fraction sum{a.negative, 0, *denominator, scale};
  if (a.negative == b.negative) {
    if (__builtin_add_overflow(*x, *y, &sum.numerator)) return std::nullopt;
  } else if (*x >= *y) {
    sum.numerator = *x - *y;
  } else {
    sum.numerator = *y - *x;
    sum.negative = b.negative;
  }
  return sum;
}

/// Goes on with a long division: one more digit behind the quotient. False when it has 38 already.
bool append_digit(Division& division, UInt128 divisor) {
  const Division next = multiply_divide(10, division.remainder, divisor);
  if (division.quotient >= kMagnitudeEnd / 10) return false;
  division = {division.quotient * 10 + next.quotient, next.remainder};
  return true;
}

/// Compares p/q with r/s, both below 1, through the whole parts of their reciprocals (Euclid).
std::strong_ordering compare_proper(UInt128 p, UInt128 q, UInt128 r, UInt128 s) {
  while (p != 0 && r != 0) {
    const Division left = divide(s, r);
    const Division right = divide(q, p);
    if (left.quotient != right.quotient) return left.quotient <=> right.quotient;
    q = std::exchange(r, right.remainder);
    s = std::exchange(p, left.remainder);
  }
  return p <=> r;
}

/// Compares without the signs; a.scale is at most b.scale.
std::strong_ordering compare_magnitudes(const Fraction& a, const Fraction& b) {
  Division x = divide(a.numerator, a.denominator);
  const Division y = divide(b.numerator, b.denominator);
  for (int scale = a.scale; scale < b.scale; ++scale) {
    if (!append_digit(x, a.denominator)) return std::strong_ordering::greater;
  }
  if (x.quotient != y.quotient) return x.quotient <=> y.quotient;
  return compare_proper(x.remainder, a.denominator, y.remainder, b.denominator);
}

/// Whether the magnitude grows by one unit, when `remainder` of `divisor` is cut off behind the
/// quotient.
bool rounds_up(const Division& division, UInt128 divisor, bool negative, Rounding rounding) {
  if (division.remainder == 0) return false;
  const auto half = division.remainder <=> divisor - division.remainder;
  switch (rounding) {
    case Rounding::kHalfAwayFromZero:
      return half >= 0;
    case Rounding::kHalfTowardZero:
      return half > 0;
    case Rounding::kHalfEven:
      return half > 0 || (half == 0 && division.quotient % 2 == 1);
    case Rounding::kHalfOdd:
      return half > 0 || (half == 0 && division.quotient % 2 == 0);
    case Rounding::kHalfCeiling:
      return half > 0 || (half == 0 && !negative);
    case Rounding::kHalfFloor:
      return half > 0 || (half == 0 && negative);
    case Rounding::kTowardZero:
      return false;
    case Rounding::kAwayFromZero:
      return true;
    case Rounding::kFloor:
      return negative;
    case Rounding::kCeiling:
      return !negative;
  }
  RK_CHECK(false);
  return false;
}

/// The value rounded to units of 10^−digits; digits may be negative.
Decimal round_fraction(const Fraction& value, int digits, Rounding rounding) {
  Division division{0, value.numerator};
  UInt128 divisor = value.denominator;
  int scale = digits;
  if (value.scale <= digits) {
    if (const auto numerator = scale_up(value.numerator, digits - value.scale)) {
      division = divide(*numerator, divisor);
    } else {
      division = divide(value.numerator, divisor);
      scale = value.scale;
      while (scale < digits && (scale < 0 || division.remainder != 0)) {
        if (!append_digit(division, divisor)) {
          throw_too_large(fmt::format("{} rounded to {} digits", text_of(ratio_of(value)), digits));
        }
        ++scale;
      }
    }
  } else if (const auto scaled = scale_up(divisor, value.scale - digits)) {
    divisor = *scaled;
    division = divide(value.numerator, divisor);
  } else {
    // The true divisor is beyond 2^128, like this one more than twice the numerator.
    divisor = std::numeric_limits<UInt128>::max();
  }
  if (rounds_up(division, divisor, value.negative, rounding)) ++division.quotient;
  if (division.quotient < kMagnitudeEnd && scale >= 0) {
    return Unchecked::decimal(with_sign(value.negative, division.quotient), scale);
  }
  return Decimal::from_parts(with_sign(value.negative, division.quotient), scale);
}

int digits_of(UInt128 value) {
  const auto above =
      std::upper_bound(detail::kPowersOfTen.begin(), detail::kPowersOfTen.end(), value);
  return static_cast<int>(above - detail::kPowersOfTen.begin());
}

/// The power of ten of the first digit: 0 for 1 to 9.99…, −1 for 0.1 to 0.99…; the value is not
/// zero.
int leading_exponent(const Fraction& value) {
  const int difference = digits_of(value.numerator) - digits_of(value.denominator);
  const auto n = scale_up(value.numerator, std::max(-difference, 0));
  const auto d = scale_up(value.denominator, std::max(difference, 0));
  return (*n >= *d ? difference : difference - 1) - value.scale;
}

}  // namespace

Ratio::Ratio(const Decimal& numerator, const Decimal& denominator)
    : numerator_(denominator.sign() < 0 ? -numerator.coefficient_ : numerator.coefficient_,
                 numerator.scale_),
      denominator_(denominator.sign() < 0 ? -denominator.coefficient_ : denominator.coefficient_,
                   denominator.scale_) {
  if (denominator.is_zero()) throw Error(fmt::format("{} divided by zero", numerator.to_string()));
}

Ratio operator+(const Ratio& a, const Ratio& b) {
  Fraction x = fraction_of(a);
  Fraction y = fraction_of(b);
  const bool same = x.denominator == y.denominator;
  if (const auto sum = sum_of(x, y, same ? x.denominator : 1); sum && fits(*sum)) {
    return ratio_of(*sum);
  }
  x = reduced(x);
  y = reduced(y);
  if (auto sum = sum_of(x, y, common_divisor(x.denominator, y.denominator))) {
    sum = reduced(*sum);
    if (fits(*sum)) return ratio_of(*sum);
  }
  throw_too_large(fmt::format("{} + {}", text_of(a), text_of(b)));
}

Ratio operator-(const Ratio& a, const Ratio& b) {
  return a + Ratio(-b.numerator(), b.denominator());
}

Ratio operator*(const Ratio& a, const Ratio& b) {
  const int scale = a.numerator().scale() + b.numerator().scale();
  const int denominator_scale = a.denominator().scale() + b.denominator().scale();
  if (is_small(a) && is_small(b) && scale <= Decimal::kDigitsMax &&
      denominator_scale <= Decimal::kDigitsMax) {
    return Unchecked::ratio(
        multiply_words(a.numerator().coefficient(), b.numerator().coefficient()), scale,
        multiply_words(a.denominator().coefficient(), b.denominator().coefficient()),
        denominator_scale);
  }
  Fraction x = fraction_of(a);
  Fraction y = fraction_of(b);
  if (const auto product = product_of(x, y)) return ratio_of(*product);
  // Either numerator loses what it has in common with either denominator.
  x = reduced(x);
  y = reduced(y);
  std::swap(x.denominator, y.denominator);
  if (const auto product = product_of(reduced(x), reduced(y))) return ratio_of(*product);
  throw_too_large(fmt::format("{} * {}", text_of(a), text_of(b)));
}

Ratio operator/(const Ratio& a, const Ratio& b) {
  return a * Ratio(b.denominator(), b.numerator());
}

std::strong_ordering operator<=>(const Ratio& a, const Ratio& b) {
  if (a.sign() != b.sign()) return a.sign() <=> b.sign();
  const Fraction x = fraction_of(a);
  const Fraction y = fraction_of(b);
  const auto order = x.scale <= y.scale ? compare_magnitudes(x, y) : 0 <=> compare_magnitudes(y, x);
  return a.sign() < 0 ? 0 <=> order : order;
}

Decimal round(const Ratio& exact, int digits, Rounding rounding) {
  RK_CHECK(std::abs(digits) <= Decimal::kDigitsMax);
  const Decimal& n = exact.numerator();
  const Decimal& d = exact.denominator();
  const int shift = digits - n.scale() + d.scale();
  if (!is_small(exact) || std::abs(shift) > kWordDigits || digits < 0) {
    return round_fraction(fraction_of(exact), digits, rounding);
  }
  // Both products stay below 2^63 × 10^18 < 10^37.
  const UInt128 numerator = scale_up_word(magnitude(n.coefficient()), std::max(shift, 0));
  const UInt128 divisor = scale_up_word(magnitude(d.coefficient()), std::max(-shift, 0));
  const bool negative = n.sign() < 0;
  Division division = divide(numerator, divisor);
  if (rounds_up(division, divisor, negative, rounding)) ++division.quotient;
  return Unchecked::decimal(with_sign(negative, division.quotient), digits);
}

Decimal round_significant(const Ratio& exact, int digits, Rounding rounding) {
  RK_CHECK(digits >= 1 && digits <= Decimal::kDigitsMax);
  const Fraction value = fraction_of(exact);
  if (value.numerator == 0) return 0;
  const int behind = digits - 1 - leading_exponent(value);
  return round_fraction(value, std::min(behind, Decimal::kDigitsMax), rounding);
}

}  // namespace reckoner::money
