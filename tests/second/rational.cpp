#include "second/rational.hpp"

namespace reckoner::second {
namespace {

Integer power_of_ten(int exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

/// As long as a fraction is short, its lowest terms do not matter.
constexpr unsigned kBitsBeforeReducing = 120;

}  // namespace

Rational::Rational(Integer numerator, Integer denominator)
    : numerator_(std::move(numerator)), denominator_(std::move(denominator)) {
  if (denominator_.sign() < 0) {
    numerator_ = -numerator_;
    denominator_ = -denominator_;
  }
  if (msb(denominator_) > kBitsBeforeReducing) {
    const Integer divisor = gcd(numerator_, denominator_);
    numerator_ /= divisor;
    denominator_ /= divisor;
  }
}

Rational::Rational(const money::Decimal& value)
    : Rational(Integer(value.coefficient()), power_of_ten(value.scale())) {}

Rational::Rational(const money::Ratio& value)
    : Rational(Rational(value.numerator()) / Rational(value.denominator())) {}

Integer Rational::floor() const {
  const Integer whole = numerator_ / denominator_;
  return numerator_.sign() < 0 && whole * denominator_ != numerator_ ? whole - 1 : whole;
}

std::string Rational::to_string() const {
  const Integer divisor = gcd(numerator_, denominator_);
  const Integer numerator = numerator_ / divisor;
  const Integer denominator = denominator_ / divisor;
  if (denominator == 1) return numerator.str();
  const Integer millionths = rounded(*this, 6, Half::kAwayFromZero).numerator_ * 1'000'000;
  const Integer shown = millionths / rounded(*this, 6, Half::kAwayFromZero).denominator_;
  std::string digits = abs(shown).str();
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  digits.insert(digits.size() - 6, ".");
  return (sign() < 0 ? "-" : "") + digits + " (" + numerator.str() + "/" + denominator.str() + ")";
}

Rational operator+(const Rational& a, const Rational& b) {
  if (a.denominator_ == b.denominator_) return {a.numerator_ + b.numerator_, a.denominator_};
  return {a.numerator_ * b.denominator_ + b.numerator_ * a.denominator_,
          a.denominator_ * b.denominator_};
}

Rational operator*(const Rational& a, const Rational& b) {
  return {a.numerator_ * b.numerator_, a.denominator_ * b.denominator_};
}

Rational operator/(const Rational& a, const Rational& b) {
  if (b.sign() == 0) throw std::domain_error("division by zero");
  return {a.numerator_ * b.denominator_, a.denominator_ * b.numerator_};
}

int Rational::compare(const Rational& a, const Rational& b) {
  return (a.numerator_ * b.denominator_).compare(b.numerator_ * a.denominator_);
}

Rational rounded(const Rational& value, int digits, Half half) {
  const Rational unit(1, power_of_ten(digits));
  const Rational units = value / unit;
  const Rational magnitude = units.sign() < 0 ? -units : units;
  Integer whole = magnitude.floor();
  const Rational lost = magnitude - Rational(whole, 1);
  const Rational one_half(1, 2);
  const bool up =
      half == Half::kAwayFromZero || whole % 2 != 0 ? lost >= one_half : lost > one_half;
  if (up) ++whole;
  return Rational(units.sign() < 0 ? -whole : whole, 1) * unit;
}

}  // namespace reckoner::second
