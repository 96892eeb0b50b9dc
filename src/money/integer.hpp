#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "money/decimal.hpp"

/// Unsigned whole numbers below Decimal, Ratio and allocate. For the files of this folder only.
namespace reckoner::money::detail {

__extension__ typedef unsigned __int128 UInt128;

/// 10^0 to 10^38.
inline constexpr auto kPowersOfTen = [] {
  std::array<UInt128, Decimal::kDigitsMax + 1> powers{};
  UInt128 power = 1;
  for (UInt128& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}();

/// The smallest magnitude a Decimal cannot hold. Three times it still fits UInt128.
inline constexpr UInt128 kMagnitudeEnd = kPowersOfTen[Decimal::kDigitsMax];

constexpr UInt128 magnitude(Int128 value) {
  return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

constexpr Int128 with_sign(bool negative, UInt128 magnitude) {
  return negative ? -static_cast<Int128>(magnitude) : static_cast<Int128>(magnitude);
}

constexpr bool fits_64_bits(UInt128 value) {
  return (value >> 64) == 0;
}
/// The digits of a power of ten below 2^63.
inline constexpr int kWordDigits = 18;

/// value × 10^digits for |value| ≤ 2^63 and digits of 0 to 18; below 10^37.
constexpr Int128 scale_up_word(Int128 value, int digits) {
  return multiply_words(value, static_cast<Int128>(kPowersOfTen[static_cast<std::size_t>(digits)]));
}
constexpr UInt128 scale_up_word(UInt128 value, int digits) {
  return UInt128{static_cast<std::uint64_t>(value)} *
         static_cast<std::uint64_t>(kPowersOfTen[static_cast<std::size_t>(digits)]);
}

/// Makes values whose range the caller has proved.
struct Unchecked {
  static Decimal decimal(Int128 coefficient, int scale) { return Decimal(coefficient, scale); }
  /// The denominator is above zero.
  static Ratio ratio(Int128 numerator, int numerator_scale, Int128 denominator,
                     int denominator_scale) {
    Ratio made{Decimal(numerator, numerator_scale)};
    made.denominator_ = Decimal(denominator, denominator_scale);
    return made;
  }
};

/// a × b, unless it overflows.
inline std::optional<UInt128> multiply(UInt128 a, UInt128 b) {
  UInt128 product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

/// value × 10^digits for digits of 0 and more, unless it overflows.
inline std::optional<UInt128> scale_up(UInt128 value, int digits) {
  if (digits == 0 || value == 0) return value;
  if (digits > Decimal::kDigitsMax) return std::nullopt;
  return multiply(value, kPowersOfTen[static_cast<std::size_t>(digits)]);
}

struct Division {
  UInt128 quotient;
  UInt128 remainder;
};

inline Division divide(UInt128 numerator, UInt128 denominator) {
  if (fits_64_bits(numerator) && fits_64_bits(denominator)) {
    const auto n = static_cast<std::uint64_t>(numerator);
    const auto d = static_cast<std::uint64_t>(denominator);
    return {n / d, n % d};
  }
  const UInt128 quotient = numerator / denominator;
  return {quotient, numerator - quotient * denominator};
}

/// factor × part / whole without overflow, for part ≤ whole < 10^38.
Division multiply_divide(UInt128 factor, UInt128 part, UInt128 whole);

/// Divides by ten while nothing is lost and the scale is above `scale_min`. The value is above
/// zero.
void drop_zeros(UInt128& value, int& scale, int scale_min = 0);

/// The greatest common divisor; neither is zero.
UInt128 common_divisor(UInt128 a, UInt128 b);

/// The value as a number of units of 10^−scale, unless it is no whole number of them or overflows.
std::optional<UInt128> magnitude_in_units(const Decimal& value, int scale);

}  // namespace reckoner::money::detail
