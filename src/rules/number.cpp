#include "rules/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace reckoner::rules {

namespace {

__extension__ typedef unsigned __int128 Magnitude;

constexpr int kDigits = 34;
/// Magnitudes below 2^kSafeBits have at most 34 digits.
constexpr int kSafeBits = 112;

constexpr std::uint32_t kLimb = 1'000'000'000;
constexpr int kLimbDigits = 9;
/// Limbs kept after a product: at least 82 digits, so that even 10^9 factors leave the 34th digit
/// right.
constexpr std::size_t kLimbsKept = 10;

/// ± limbs × 10^exponent, limbs in base 10^9, lowest first, without zero limbs at the top. For what
/// does not fit a Decimal until it is rounded.
struct Wide {
  bool negative = false;
  std::vector<std::uint32_t> limbs;
  std::int64_t exponent = 0;
};

Magnitude magnitude(const Decimal& value) {
  const money::Int128 coefficient = value.coefficient();
  return coefficient < 0 ? Magnitude{0} - static_cast<Magnitude>(coefficient)
                         : static_cast<Magnitude>(coefficient);
}

int bits(const Decimal& value) {
  const Magnitude all = magnitude(value);
  const auto high = static_cast<std::uint64_t>(all >> 64);
  const auto low = static_cast<std::uint64_t>(all);
  return high != 0 ? 128 - std::countl_zero(high) : 64 - std::countl_zero(low);
}

/// An upper bound of the bits of value × 10^places.
int bits_with(const Decimal& value, int places) {
  return bits(value) + (10 * places + 2) / 3;
}

/// limbs × factor + addend.
void multiply_add(std::vector<std::uint32_t>& limbs, std::uint32_t factor, std::uint32_t addend) {
  std::uint64_t carry = addend;
  for (std::uint32_t& limb : limbs) {
    carry += std::uint64_t{limb} * factor;
    limb = static_cast<std::uint32_t>(carry % kLimb);
    carry /= kLimb;
  }
  if (carry != 0) limbs.push_back(static_cast<std::uint32_t>(carry));
}

Wide widened(const Decimal& value) {
  Wide out{.negative = value.sign() < 0, .limbs = {}, .exponent = -value.scale()};
  for (Magnitude rest = magnitude(value); rest != 0; rest /= kLimb)
    out.limbs.push_back(static_cast<std::uint32_t>(rest % kLimb));
  return out;
}

void strip_zeros(std::vector<std::uint32_t>& limbs) {
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
}

Wide times(const Wide& a, const Wide& b) {
  Wide out{.negative = a.negative != b.negative,
           .limbs = std::vector<std::uint32_t>(a.limbs.size() + b.limbs.size()),
           .exponent = a.exponent + b.exponent};
  for (std::size_t i = 0; i < a.limbs.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < b.limbs.size() || carry != 0; ++j) {
      carry += out.limbs[i + j];
      if (j < b.limbs.size()) carry += std::uint64_t{a.limbs[i]} * b.limbs[j];
      out.limbs[i + j] = static_cast<std::uint32_t>(carry % kLimb);
      carry /= kLimb;
    }
  }
  strip_zeros(out.limbs);
  if (out.limbs.size() > kLimbsKept) {
    const std::size_t dropped = out.limbs.size() - kLimbsKept;
    out.limbs.erase(out.limbs.begin(), out.limbs.begin() + static_cast<std::ptrdiff_t>(dropped));
    out.exponent += static_cast<std::int64_t>(dropped) * kLimbDigits;
  }
  return out;
}

bool is_less(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

Wide plus(Wide a, Wide b) {
  while (a.exponent > b.exponent) {
    multiply_add(a.limbs, 10, 0);
    --a.exponent;
  }
  while (b.exponent > a.exponent) {
    multiply_add(b.limbs, 10, 0);
    --b.exponent;
  }
  if (is_less(a.limbs, b.limbs)) std::swap(a, b);
  const std::int64_t sign = a.negative == b.negative ? 1 : -1;
  a.limbs.push_back(0);
  std::int64_t carry = 0;
  for (std::size_t i = 0; i < a.limbs.size(); ++i) {
    carry += a.limbs[i];
    if (i < b.limbs.size()) carry += sign * std::int64_t{b.limbs[i]};
    const std::int64_t limb = (carry + kLimb) % kLimb;
    a.limbs[i] = static_cast<std::uint32_t>(limb);
    carry = (carry - limb) / kLimb;
  }
  strip_zeros(a.limbs);
  return a;
}

/// The digits to the nearest `kept` of them, half to even, as a whole number; `kept` may be 0.
std::string rounded(const std::string& digits, std::size_t kept) {
  std::string out = "0" + digits.substr(0, kept);
  const bool odd = (out.back() - '0') % 2 != 0;
  const int half = digits.compare(kept, std::string::npos, "5");  // above 0: 5 and more behind it
  const bool exactly_half =
      digits[kept] == '5' && digits.find_first_not_of('0', kept + 1) == std::string::npos;
  if (exactly_half ? odd : half > 0) {
    auto digit = out.rbegin();
    for (; *digit == '9'; ++digit) *digit = '0';
    ++*digit;
  }
  return out;
}

Decimal narrowed(const Wide& wide) {
  std::string digits;
  for (auto limb = wide.limbs.rbegin(); limb != wide.limbs.rend(); ++limb)
    digits += fmt::format("{:09}", *limb);
  digits.erase(0, digits.find_first_not_of('0'));
  const auto count = static_cast<std::int64_t>(digits.size());
  const std::int64_t to_scale = count + wide.exponent + Decimal::kDigitsMax;
  const std::int64_t kept = std::min({count, std::int64_t{kDigits}, to_scale});
  if (kept < 0 || digits.empty()) return 0;
  std::int64_t exponent = wide.exponent;
  if (kept < count) {
    digits = rounded(digits, static_cast<std::size_t>(kept));
    exponent += count - kept;
  }
  const auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return 0;
  const auto last = digits.find_last_not_of('0');
  exponent += static_cast<std::int64_t>(digits.size() - last - 1);
  digits = digits.substr(first, last - first + 1);
  const std::string text = fmt::format("{}{}e{}", wide.negative ? "-" : "", digits, exponent);
  const auto result = Decimal::try_parse(text);
  if (!result) throw Error(fmt::format("the result {} does not fit 38 digits", text));
  return *result;
}

/// 1 / value to more digits than a product keeps. The value has at most 34 digits and is not zero.
Wide reciprocal(const Decimal& value) {
  const Magnitude divisor = magnitude(value);
  Wide out{.negative = value.sign() < 0, .limbs = {}, .exponent = value.scale()};
  std::size_t significant = 0;
  for (Magnitude rest = 1; rest != 0 && significant < kLimbsKept * kLimbDigits;) {
    const auto digit = static_cast<std::uint32_t>(rest / divisor);
    rest = rest % divisor * 10;
    if (significant != 0 || digit != 0) ++significant;
    multiply_add(out.limbs, 10, digit);
    --out.exponent;
  }
  ++out.exponent;  // the first digit stands before the point
  return out;
}

}  // namespace

Decimal sum(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale(), b.scale());
  const bool small =
      bits_with(a, scale - a.scale()) < kSafeBits && bits_with(b, scale - b.scale()) < kSafeBits;
  return small ? a + b : narrowed(plus(widened(a), widened(b)));
}

Decimal difference(const Decimal& a, const Decimal& b) {
  return sum(a, -b);
}

Decimal product(const Decimal& a, const Decimal& b) {
  const bool small = bits(a) + bits(b) <= kSafeBits && a.scale() + b.scale() <= Decimal::kDigitsMax;
  return small ? a * b : narrowed(times(widened(a), widened(b)));
}

std::optional<Decimal> quotient(const Decimal& a, const Decimal& b) {
  if (b.is_zero()) return std::nullopt;
  return money::round_significant(money::Ratio(a, b), kDigits, money::Rounding::kHalfEven);
}

std::optional<Decimal> power(const Decimal& base, const Decimal& exponent) {
  constexpr int kExponentMax = 999'999'999;
  if (!exponent.is_whole() || exponent.abs() > Decimal(kExponentMax)) return std::nullopt;
  const std::string text = exponent.abs().to_string();
  unsigned long count = std::strtoul(text.c_str(), nullptr, 10);
  if (count == 0) return 1;
  if (base.is_zero()) return exponent.sign() < 0 ? std::nullopt : std::optional(Decimal(0));
  const Decimal start = money::round_significant(base, kDigits, money::Rounding::kHalfEven);
  Wide square = exponent.sign() < 0 ? reciprocal(start) : widened(start);
  Wide result = widened(1);
  for (; count != 0; count /= 2) {
    if (count % 2 != 0) result = times(result, square);
    square = times(square, square);
  }
  return narrowed(result);
}

}  // namespace reckoner::rules
