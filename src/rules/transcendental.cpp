#include "rules/number.hpp"

namespace reckoner::rules {

namespace {

/// The last digits of the 34 that every step keeps are lost to its roundings.
constexpr int kDigits = 30;

Decimal constant(std::string_view digits) {
  return Decimal::parse(digits);
}

Decimal shortened(const Decimal& value) {
  return money::round_significant(value, kDigits, money::Rounding::kHalfEven);
}

/// The value as mantissa × 10^exponent, the mantissa's magnitude at least 0.1 and below 1.
struct Scientific {
  Decimal mantissa;
  int exponent;
};

Scientific scientific(const Decimal& value) {
  int digits = 0;
  for (money::Int128 rest = value.abs().coefficient(); rest != 0; rest /= 10) ++digits;
  const Decimal whole = money::round_significant(value, 34, money::Rounding::kHalfEven);
  const int exponent = digits - value.scale();
  Decimal mantissa = exponent >= 0 ? *quotient(whole, *power(10, exponent < 37 ? exponent : 37))
                                   : product(whole, *power(10, -exponent));
  if (exponent > 37) mantissa = *quotient(mantissa, 10);
  return {mantissa, exponent};
}

}  // namespace

std::optional<Decimal> square_root(const Decimal& value) {
  if (value.sign() < 0) return std::nullopt;
  if (value.is_zero()) return 0;
  auto [mantissa, exponent] = scientific(value);
  if (exponent % 2 != 0) {
    mantissa = product(mantissa, 10);
    --exponent;
  }
  constexpr int kTurns = 8;  // Newton's method doubles the digits, from one that is right
  Decimal root = 1;
  for (int turn = 0; turn < kTurns; ++turn)
    root = *quotient(sum(root, *quotient(mantissa, root)), 2);
  return shortened(product(shortened(root), *power(10, exponent / 2)));
}

/// ln(m × 10^k) = ln m + k ln 10, and ln m = 2 artanh((m − 1) / (m + 1)).
std::optional<Decimal> natural_logarithm(const Decimal& value) {
  if (value.sign() <= 0) return std::nullopt;
  auto [mantissa, exponent] = scientific(value);
  if (mantissa < Decimal::parse("0.4")) {
    mantissa = product(mantissa, 10);
    --exponent;
  }
  const Decimal ratio = *quotient(difference(mantissa, 1), sum(mantissa, 1));
  const Decimal square = product(ratio, ratio);
  constexpr int kTerms = 80;
  Decimal term = ratio;
  Decimal all = ratio;
  for (int i = 1; i < kTerms && !term.is_zero(); ++i) {
    term = product(term, square);
    all = sum(all, *quotient(term, 2 * i + 1));
  }
  const Decimal ten = constant("2.302585092994045684017991454684364");
  return shortened(sum(product(2, all), product(ten, exponent)));
}

/// e^x = e^n × e^f with a whole n and |f| at most a half.
Decimal exponential(const Decimal& value) {
  constexpr int kSmallest = -100;
  if (value < Decimal(kSmallest)) return 0;
  const Decimal whole = money::round(value, 0, money::Rounding::kHalfEven);
  const Decimal fraction = difference(value, whole);
  constexpr int kTerms = 40;
  Decimal term = 1;
  Decimal all = 1;
  for (int i = 1; i < kTerms && !term.is_zero(); ++i) {
    term = *quotient(product(term, fraction), i);
    all = sum(all, term);
  }
  const auto base = power(constant("2.718281828459045235360287471352662"), whole);
  return shortened(product(base.value_or(0), all));
}

}  // namespace reckoner::rules
