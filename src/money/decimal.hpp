#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reckoner::money {

__extension__ typedef __int128 Int128;

class Ratio;

namespace detail {
struct Unchecked;

constexpr bool fits_64_bits(Int128 value) {
  return value == static_cast<std::int64_t>(value);
}

/// The product of two factors that fit 64 bits; at most 2^126 and so below 10^38.
constexpr Int128 multiply_words(Int128 a, Int128 b) {
  return Int128{static_cast<std::int64_t>(a)} * static_cast<std::int64_t>(b);
}
}  // namespace detail

/// How a value that has more digits than it may keep loses them. The first six go to the nearest
/// value and differ in where a half goes; the others go one way whatever is lost.
enum class Rounding {
  kHalfAwayFromZero,  ///< 0.5 → 1, −0.5 → −1: the default for money
  kHalfTowardZero,    ///< 0.5 → 0, −0.5 → 0
  kHalfEven,          ///< 0.5 → 0, 1.5 → 2: billing.rounding=HALF_EVEN, and FEEL
  kHalfOdd,           ///< 0.5 → 1, 1.5 → 1
  kHalfCeiling,       ///< 0.5 → 1, −0.5 → 0: toward +∞
  kHalfFloor,         ///< 0.5 → 0, −0.5 → −1: toward −∞
  kTowardZero,
  kAwayFromZero,
  kFloor,    ///< toward −∞
  kCeiling,  ///< toward +∞
};

/// An exact decimal number: coefficient × 10^−scale with up to 38 digits and a scale of 0 to 38.
/// Sums, differences and products are exact, or throw Error ("… does not fit 38 digits"); nothing
/// is ever rounded silently. Two decimals of equal value are equal, whatever zeros they were
/// written with. There is no construction from and no conversion to binary floating point.
class Decimal {
 public:
  static constexpr int kDigitsMax = 38;

  constexpr Decimal() = default;
  /// A whole number.
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Decimal(std::int64_t whole) : coefficient_(whole) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Decimal(int whole) : coefficient_(whole) {}
  Decimal(double) = delete;
  Decimal(float) = delete;

  /// coefficient × 10^−scale, whatever the scale; throws Error when the value is outside the range.
  static Decimal from_parts(Int128 coefficient, int scale);

  /// Reads [+-]digits[.digits][e[+-]digits], for example "12", "-0.005", ".5", "1e3"; nothing else:
  /// no blanks, no grouping, no NaN. Throws Error with the text in its message.
  static Decimal parse(std::string_view text);
  static std::optional<Decimal> try_parse(std::string_view text);

  Int128 coefficient() const { return coefficient_; }
  int scale() const { return scale_; }
  bool is_zero() const { return coefficient_ == 0; }
  /// −1, 0 or 1.
  int sign() const { return coefficient_ < 0 ? -1 : coefficient_ > 0 ? 1 : 0; }
  bool is_whole() const;
  Decimal abs() const;

  /// Canonical text: no exponent, no trailing zeros behind the point, no "-0".
  std::string to_string() const;
  /// The text with exactly `digits` digits behind the point (1.5, 2 → "1.50"). Throws Error when
  /// digits would be lost: round first.
  std::string to_fixed(int digits) const;

  Decimal operator-() const;
  friend Decimal operator+(const Decimal& a, const Decimal& b);
  friend Decimal operator-(const Decimal& a, const Decimal& b);
  friend Decimal operator*(const Decimal& a, const Decimal& b) {
    const int scale = a.scale_ + b.scale_;
    if (detail::fits_64_bits(a.coefficient_) && detail::fits_64_bits(b.coefficient_) &&
        scale <= kDigitsMax) {
      return Decimal(detail::multiply_words(a.coefficient_, b.coefficient_), scale);
    }
    return multiply_wide(a, b);
  }
  Decimal& operator+=(const Decimal& other) { return *this = *this + other; }
  Decimal& operator-=(const Decimal& other) { return *this = *this - other; }
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  friend struct detail::Unchecked;
  friend class Ratio;
  static Decimal multiply_wide(const Decimal& a, const Decimal& b);
  constexpr Decimal(Int128 coefficient, int scale) : coefficient_(coefficient), scale_(scale) {}

  Int128 coefficient_ = 0;
  int scale_ = 0;
};

/// An exact quotient that has not been rounded yet, such as 100 × 15 / 31. The denominator is above
/// zero. A Decimal is a Ratio over 1. The only way back to a Decimal is round(). Arithmetic is
/// exact, or throws Error when numerator or denominator do not fit 38 digits in lowest terms;
/// comparing never throws.
class Ratio {
 public:
  // Copied by its parts, since a copy of the whole would wait for a fresh product to reach memory.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Ratio(const Decimal& value) : numerator_(value.coefficient_, value.scale_), denominator_(1) {}
  /// Throws Error when the denominator is zero; a negative one turns both signs.
  Ratio(const Decimal& numerator, const Decimal& denominator);

  const Decimal& numerator() const { return numerator_; }
  const Decimal& denominator() const { return denominator_; }
  int sign() const { return numerator_.sign(); }

  friend Ratio operator+(const Ratio& a, const Ratio& b);
  friend Ratio operator-(const Ratio& a, const Ratio& b);
  friend Ratio operator*(const Ratio& a, const Ratio& b);
  /// Throws Error when b is zero.
  friend Ratio operator/(const Ratio& a, const Ratio& b);
  friend bool operator==(const Ratio& a, const Ratio& b) { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Ratio& a, const Ratio& b);

 private:
  friend struct detail::Unchecked;

  Decimal numerator_;
  Decimal denominator_;
};

/// The value with at most `digits` digits behind the point (0 to 38), or in whole tens (−1),
/// hundreds (−2), … 10^38 (−38). Correctly rounded from the
/// exact quotient: there is no intermediate rounding. Throws Error when it has more than 38 digits
/// in all.
Decimal round(const Ratio& exact, int digits, Rounding rounding);

/// The value with at most `digits` significant digits (1 to 38), and never more than 38 behind the
/// point. Correctly rounded like round(). Throws Error when it is 10^38 or more.
Decimal round_significant(const Ratio& exact, int digits, Rounding rounding);

}  // namespace reckoner::money
