#include "money/money.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "money/integer.hpp"

namespace reckoner::money {

using detail::Division;
using detail::UInt128;

namespace {

void require_same_currency(const Money& a, const Money& b, std::string_view verb) {
  if (a.currency() == b.currency()) return;
  throw Error(fmt::format("cannot {} {} and {}", verb, a.currency().code(), b.currency().code()));
}

/// The weights as whole numbers of one unit; equal ones when all are zero.
std::vector<UInt128> whole_weights(std::span<const Decimal> weights) {
  int scale = 0;
  for (const Decimal& weight : weights) {
    if (weight.sign() < 0) throw Error(fmt::format("weight {} is negative", weight.to_string()));
    UInt128 value = detail::magnitude(weight.coefficient());
    int weight_scale = value == 0 ? 0 : weight.scale();
    detail::drop_zeros(value, weight_scale);
    scale = std::max(scale, weight_scale);
  }
  std::vector<UInt128> units;
  units.reserve(weights.size());
  for (const Decimal& weight : weights) {
    const auto value = detail::magnitude_in_units(weight, scale);
    if (!value || *value >= detail::kMagnitudeEnd) {
      throw Error(fmt::format("weight {} with {} digits behind the point does not fit {} digits",
                              weight.to_string(), scale, Decimal::kDigitsMax));
    }
    units.push_back(*value);
  }
  if (std::ranges::all_of(units, [](UInt128 unit) { return unit == 0; })) {
    std::ranges::fill(units, UInt128{1});
  }
  return units;
}

UInt128 sum_of(std::span<const UInt128> units) {
  UInt128 sum = 0;
  for (const UInt128 unit : units) {
    sum += unit;
    if (sum >= detail::kMagnitudeEnd) {
      throw Error(
          fmt::format("the sum of the weights does not fit {} digits", Decimal::kDigitsMax));
    }
  }
  return sum;
}

}  // namespace

Money::Money(const Decimal& amount, Currency currency) : amount_(amount), currency_(currency) {
  const int digits = currency.minor_digits();
  if (amount.scale() > digits && !detail::magnitude_in_units(amount, digits)) {
    throw Error(fmt::format("{} has more than the {} digits of {}", amount.to_string(), digits,
                            currency.code()));
  }
}

std::string Money::to_string() const {
  return amount_.to_fixed(currency_.minor_digits());
}

Money operator+(const Money& a, const Money& b) {
  require_same_currency(a, b, "add");
  return Money(a.amount_ + b.amount_, a.currency_);
}

Money operator-(const Money& a, const Money& b) {
  require_same_currency(a, b, "subtract");
  return Money(a.amount_ - b.amount_, a.currency_);
}

bool operator==(const Money& a, const Money& b) {
  return a.currency_ == b.currency_ && a.amount_ == b.amount_;
}

std::strong_ordering operator<=>(const Money& a, const Money& b) {
  require_same_currency(a, b, "compare");
  return a.amount_ <=> b.amount_;
}

Money round_to_currency(const Ratio& exact, Currency currency, Rounding rounding) {
  return Money(round(exact, currency.minor_digits(), rounding), currency);
}

std::vector<Money> allocate(const Money& whole, std::span<const Decimal> weights) {
  if (weights.empty()) throw Error("nothing to allocate to: there is no weight");
  const std::vector<UInt128> units = whole_weights(weights);
  const UInt128 total = sum_of(units);
  const int scale = whole.currency().minor_digits();
  const auto minor = detail::magnitude_in_units(whole.amount(), scale);
  if (!minor) {
    throw Error(fmt::format("{} {} in minor units does not fit {} digits", whole.to_string(),
                            whole.currency().code(), Decimal::kDigitsMax));
  }

  std::vector<Division> shares;
  shares.reserve(units.size());
  UInt128 left = *minor;
  for (const UInt128 unit : units) {
    shares.push_back(detail::multiply_divide(*minor, unit, total));
    left -= shares.back().quotient;
  }
  // Fewer units are left than shares have a remainder, so that a zero weight keeps zero.
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return shares[i].remainder; });
  for (std::size_t i = 0; i < left; ++i) ++shares[order[i]].quotient;

  std::vector<Money> parts;
  parts.reserve(shares.size());
  for (const Division& share : shares) {
    const Int128 coefficient = detail::with_sign(whole.sign() < 0, share.quotient);
    parts.emplace_back(Decimal::from_parts(coefficient, scale), whole.currency());
  }
  return parts;
}

}  // namespace reckoner::money
