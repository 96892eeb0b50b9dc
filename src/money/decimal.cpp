#include "money/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.hpp"
#include "money/integer.hpp"

namespace reckoner::money {

using detail::divide;
using detail::drop_zeros;
using detail::fits_64_bits;
using detail::kMagnitudeEnd;
using detail::kWordDigits;
using detail::magnitude;
using detail::multiply;
using detail::scale_up;
using detail::scale_up_word;
using detail::UInt128;
using detail::with_sign;

namespace {

/// Brings value × 10^−scale into the range of a Decimal without changing it; false when it does not
/// fit.
bool fit(UInt128& value, int& scale) {
  if (value == 0) {
    scale = 0;
    return true;
  }
  if (scale < 0) {
    const auto whole = scale < -Decimal::kDigitsMax ? std::nullopt : scale_up(value, -scale);
    if (!whole) return false;
    value = *whole;
    scale = 0;
  }
  if (value >= kMagnitudeEnd || scale > Decimal::kDigitsMax) drop_zeros(value, scale);
  return value < kMagnitudeEnd && scale <= Decimal::kDigitsMax;
}

[[noreturn]] void throw_too_large(std::string_view what) {
  throw Error(fmt::format("{} does not fit {} digits", what, Decimal::kDigitsMax));
}

/// a × b at the scale, with every factor of ten that the scale can spare taken out beforehand.
std::optional<UInt128> multiply_dropping_zeros(UInt128 a, UInt128 b, int& scale) {
  while (scale > 0) {
    if (a % 10 == 0) {
      a /= 10;
    } else if (b % 10 == 0) {
      b /= 10;
    } else if (a % 2 == 0 && b % 5 == 0) {
      a /= 2;
      b /= 5;
    } else if (a % 5 == 0 && b % 2 == 0) {
      a /= 5;
      b /= 2;
    } else {
      break;
    }
    --scale;
  }
  return multiply(a, b);
}

/// A sign, a magnitude and a scale, in which sums have one bit more than in a Decimal.
struct Parts {
  bool negative;
  UInt128 magnitude;
  int scale;
};

Parts parts_of(const Decimal& value) {
  return {value.sign() < 0, magnitude(value.coefficient()), value.scale()};
}

/// Gives both the larger scale; false when one overflows, which is then above 10^38 by far.
bool align(Parts& a, Parts& b) {
  Parts& coarse = a.scale < b.scale ? a : b;
  const int scale = std::max(a.scale, b.scale);
  const auto scaled = scale_up(coarse.magnitude, scale - coarse.scale);
  if (!scaled) return false;
  coarse.magnitude = *scaled;
  coarse.scale = scale;
  return true;
}

/// The sum of two aligned numbers; both magnitudes are below 2^128 and one is below 10^38.
bool add(const Parts& a, const Parts& b, Parts& sum) {
  sum = a;
  if (a.negative == b.negative) {
    return !__builtin_add_overflow(a.magnitude, b.magnitude, &sum.magnitude);
  }
  if (a.magnitude >= b.magnitude) {
    sum.magnitude = a.magnitude - b.magnitude;
  } else {
    sum = {b.negative, b.magnitude - a.magnitude, a.scale};
  }
  return true;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

enum class Reading { kDone, kNotANumber, kTooLarge };

/// Reads digits while nothing is lost: zeros are counted and written only before another digit.
class DigitReader {
 public:
  void read(int digit) {
    if (digit == 0) {
      ++zeros_;
      return;
    }
    const std::int64_t shift = value_ == 0 ? 0 : zeros_ + 1;
    const auto scaled =
        shift > Decimal::kDigitsMax ? std::nullopt : scale_up(value_, static_cast<int>(shift));
    if (!scaled || *scaled + static_cast<UInt128>(digit) >= kMagnitudeEnd) {
      too_large_ = true;
    } else {
      value_ = *scaled + static_cast<UInt128>(digit);
    }
    zeros_ = 0;
  }

  bool too_large() const { return too_large_; }
  /// The digits so far without the zeros at either end, and how many zeros stand behind them.
  UInt128 value() const { return value_; }
  std::int64_t zeros() const { return zeros_; }

 private:
  UInt128 value_ = 0;
  std::int64_t zeros_ = 0;
  bool too_large_ = false;
};

Reading read_decimal(std::string_view text, Decimal& value) {
  std::size_t at = 0;
  const auto accept = [&](char c) { return at < text.size() && text[at] == c && (++at, true); };
  const auto at_digit = [&] { return at < text.size() && is_digit(text[at]); };

  const bool negative = accept('-');
  if (!negative) accept('+');

  DigitReader digits;
  const std::size_t whole_start = at;
  while (at_digit()) digits.read(text[at++] - '0');
  bool any = at > whole_start;
  std::int64_t exponent = 0;
  if (accept('.')) {
    if (!at_digit()) return Reading::kNotANumber;
    const std::size_t fraction_start = at;
    while (at_digit()) digits.read(text[at++] - '0');
    exponent = -static_cast<std::int64_t>(at - fraction_start);
    any = true;
  }
  if (!any) return Reading::kNotANumber;

  if (accept('e')) {
    const bool downwards = accept('-');
    if (!downwards) accept('+');
    if (!at_digit()) return Reading::kNotANumber;
    constexpr std::int64_t kExponentEnd = 1'000'000'000'000;
    std::int64_t written = 0;
    while (at_digit()) written = std::min(written * 10 + (text[at++] - '0'), kExponentEnd);
    exponent += downwards ? -written : written;
  }
  if (at != text.size()) return Reading::kNotANumber;

  if (digits.too_large()) return Reading::kTooLarge;
  UInt128 coefficient = digits.value();
  exponent += digits.zeros();
  constexpr std::int64_t kScaleEnd = Decimal::kDigitsMax + 1;
  int scale = static_cast<int>(std::clamp(-exponent, -kScaleEnd, kScaleEnd));
  if (!fit(coefficient, scale)) return Reading::kTooLarge;
  value = Decimal::from_parts(with_sign(negative, coefficient), scale);
  return Reading::kDone;
}

/// The number with the point `scale` digits from the right.
std::string write(bool negative, UInt128 value, int scale) {
  std::string text = fmt::format("{}", value);
  const auto behind = static_cast<std::size_t>(scale);
  if (text.size() <= behind) text.insert(0, behind + 1 - text.size(), '0');
  if (behind > 0) text.insert(text.size() - behind, 1, '.');
  if (negative) text.insert(0, 1, '-');
  return text;
}

}  // namespace

Decimal Decimal::from_parts(Int128 coefficient, int scale) {
  UInt128 value = magnitude(coefficient);
  int value_scale = scale;
  if (!fit(value, value_scale)) {
    throw_too_large(fmt::format("{}e{}", coefficient, -std::int64_t{scale}));
  }
  return Decimal(with_sign(coefficient < 0, value), value_scale);
}

Decimal Decimal::parse(std::string_view text) {
  Decimal value;
  switch (read_decimal(text, value)) {
    case Reading::kDone:
      return value;
    case Reading::kNotANumber:
      throw Error(fmt::format("'{}' is not a decimal number", text));
    case Reading::kTooLarge:
      break;
  }
  throw_too_large(fmt::format("'{}'", text));
}

std::optional<Decimal> Decimal::try_parse(std::string_view text) {
  Decimal value;
  if (read_decimal(text, value) != Reading::kDone) return std::nullopt;
  return value;
}

bool Decimal::is_whole() const {
  return divide(magnitude(coefficient_), detail::kPowersOfTen[static_cast<std::size_t>(scale_)])
             .remainder == 0;
}

Decimal Decimal::abs() const {
  return coefficient_ < 0 ? -*this : *this;
}

std::string Decimal::to_string() const {
  UInt128 value = magnitude(coefficient_);
  int scale = scale_;
  if (value == 0) return "0";
  drop_zeros(value, scale);
  return write(coefficient_ < 0, value, scale);
}

std::string Decimal::to_fixed(int digits) const {
  RK_CHECK(digits >= 0);
  UInt128 value = magnitude(coefficient_);
  int scale = value == 0 ? 0 : scale_;
  if (scale > digits) drop_zeros(value, scale, digits);
  if (scale > digits) {
    throw Error(fmt::format("{} has more than {} digits behind the point", to_string(), digits));
  }
  std::string text = write(coefficient_ < 0, value, scale);
  if (scale == 0 && digits > 0) text += '.';
  text.append(static_cast<std::size_t>(digits - scale), '0');
  return text;
}

Decimal Decimal::operator-() const {
  return Decimal(-coefficient_, scale_);
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  const int apart = a.scale_ - b.scale_;
  if (fits_64_bits(a.coefficient_) && fits_64_bits(b.coefficient_) &&
      std::abs(apart) <= kWordDigits) {
    // Each aligned term is below 2^63 × 10^18 < 10^37.
    const Int128 x = scale_up_word(a.coefficient_, std::max(-apart, 0));
    const Int128 y = scale_up_word(b.coefficient_, std::max(apart, 0));
    return Decimal(x + y, std::max(a.scale_, b.scale_));
  }
  Parts x = parts_of(a);
  Parts y = parts_of(b);
  Parts sum;
  if (align(x, y) && add(x, y, sum) && fit(sum.magnitude, sum.scale)) {
    return Decimal(with_sign(sum.negative, sum.magnitude), sum.scale);
  }
  // Zeros written behind the point are all that can stand in the way of a sum that fits.
  x = parts_of(a);
  y = parts_of(b);
  if (x.magnitude == 0) return b;
  if (y.magnitude == 0) return a;
  drop_zeros(x.magnitude, x.scale);
  drop_zeros(y.magnitude, y.scale);
  if (align(x, y) && add(x, y, sum) && fit(sum.magnitude, sum.scale)) {
    return Decimal(with_sign(sum.negative, sum.magnitude), sum.scale);
  }
  throw_too_large(fmt::format("{} + {}", a.to_string(), b.to_string()));
}

Decimal operator-(const Decimal& a, const Decimal& b) {
  return a + -b;
}

Decimal Decimal::multiply_wide(const Decimal& a, const Decimal& b) {
  int scale = a.scale_ + b.scale_;
  const UInt128 x = magnitude(a.coefficient_);
  const UInt128 y = magnitude(b.coefficient_);
  const bool negative = (a.coefficient_ < 0) != (b.coefficient_ < 0);
  if (scale <= Decimal::kDigitsMax) {
    const auto product = multiply(x, y);
    if (product && *product < kMagnitudeEnd) return Decimal(with_sign(negative, *product), scale);
  }
  auto product = multiply_dropping_zeros(x, y, scale);
  if (!product || !fit(*product, scale)) {
    throw_too_large(fmt::format("{} * {}", a.to_string(), b.to_string()));
  }
  return Decimal(with_sign(negative, *product), scale);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.scale_ == b.scale_) return a.coefficient_ <=> b.coefficient_;
  if (a.sign() != b.sign()) return a.sign() <=> b.sign();
  Parts x = parts_of(a);
  Parts y = parts_of(b);
  const bool a_is_coarse = a.scale_ < b.scale_;
  if (!align(x, y))
    return a_is_coarse == (a.sign() > 0) ? std::strong_ordering::greater
                                         : std::strong_ordering::less;
  return a.sign() < 0 ? y.magnitude <=> x.magnitude : x.magnitude <=> y.magnitude;
}

}  // namespace reckoner::money
