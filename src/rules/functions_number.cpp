#include <optional>

#include "rules/functions.hpp"
#include "rules/number.hpp"

namespace reckoner::rules {

namespace {

using Arguments = std::span<const Value>;

constexpr int kScaleMax = 6176;

/// The second argument: a whole number of digits, 0 when it is left out.
std::optional<int> scale_of(Arguments arguments) {
  if (arguments.size() < 2) return 0;
  const Decimal* scale = arguments[1].number();
  if (scale == nullptr) return std::nullopt;
  const Decimal whole = money::round(*scale, 0, money::Rounding::kTowardZero);
  if (whole.abs() > Decimal(kScaleMax)) return std::nullopt;
  int out = 0;
  while (Decimal(out) < whole.abs()) ++out;
  return whole.sign() < 0 ? -out : out;
}

Value rounded(Arguments arguments, money::Rounding rounding) {
  const Decimal* number = arguments[0].number();
  const auto scale = scale_of(arguments);
  if (number == nullptr || !scale) return {};
  if (*scale >= Decimal::kDigitsMax) return *number;
  if (*scale >= 0) return money::round(*number, *scale, rounding);
  if (-*scale > Decimal::kDigitsMax - 1) return 0;
  const Decimal unit = Decimal::from_parts(1, *scale);
  return money::round(money::Ratio(*number, unit), 0, rounding) * unit;
}

template <money::Rounding rounding>
Value round_with(Arguments arguments) {
  return rounded(arguments, rounding);
}

/// To the nearer one, and towards zero from the middle.
Value round_half_down(Arguments arguments) {
  const Value down = rounded(arguments, money::Rounding::kTowardZero);
  const Value up = rounded(arguments, money::Rounding::kAwayFromZero);
  if (down.is_null()) return {};
  const Decimal& number = *arguments[0].number();
  const bool to_zero = (number - *down.number()).abs() <= (*up.number() - number).abs();
  return to_zero ? down : up;
}

Value absolute(Arguments arguments) {
  if (const Decimal* number = arguments[0].number()) return number->abs();
  if (const DaysDuration* days = arguments[0].days()) return DaysDuration{days->seconds.abs()};
  if (const MonthsDuration* months = arguments[0].months())
    return MonthsDuration{months->months < 0 ? -months->months : months->months};
  return {};
}

/// The sign is that of the divisor.
Value modulo(Arguments arguments) {
  const Decimal* dividend = arguments[0].number();
  const Decimal* divisor = arguments[1].number();
  if (dividend == nullptr || divisor == nullptr || divisor->is_zero()) return {};
  const Decimal whole = money::round(money::Ratio(*dividend, *divisor), 0, money::Rounding::kFloor);
  return *dividend - whole * *divisor;
}

Value root(Arguments arguments) {
  const Decimal* number = arguments[0].number();
  if (number == nullptr) return {};
  const auto out = square_root(*number);
  return out ? Value(*out) : Value();
}

Value logarithm(Arguments arguments) {
  const Decimal* number = arguments[0].number();
  if (number == nullptr) return {};
  const auto out = natural_logarithm(*number);
  return out ? Value(*out) : Value();
}

Value power_of_e(Arguments arguments) {
  const Decimal* number = arguments[0].number();
  return number != nullptr ? Value(exponential(*number)) : Value();
}

Value parity(const Value& value, bool odd) {
  const Decimal* number = value.number();
  if (number == nullptr || !number->is_whole()) return {};
  const Decimal half = money::round(money::Ratio(*number, 2), 0, money::Rounding::kFloor);
  return (half + half != *number) == odd;
}

Value is_odd(Arguments arguments) {
  return parity(arguments[0], true);
}

Value is_even(Arguments arguments) {
  return parity(arguments[0], false);
}

}  // namespace

std::vector<Builtin> number_builtins() {
  using enum money::Rounding;
  return {
      {"decimal", {"n", "scale"}, 2, Type::kNumber, round_with<kHalfEven>},
      {"floor", {"n", "scale"}, 1, Type::kNumber, round_with<kFloor>},
      {"ceiling", {"n", "scale"}, 1, Type::kNumber, round_with<kCeiling>},
      {"round up", {"n", "scale"}, 2, Type::kNumber, round_with<kAwayFromZero>},
      {"round down", {"n", "scale"}, 2, Type::kNumber, round_with<kTowardZero>},
      {"round half up", {"n", "scale"}, 2, Type::kNumber, round_with<kHalfAwayFromZero>},
      {"round half down", {"n", "scale"}, 2, Type::kNumber, round_half_down},
      {"abs", {"n"}, 1, Type::kAny, absolute},
      {"modulo", {"dividend", "divisor"}, 2, Type::kNumber, modulo},
      {"sqrt", {"number"}, 1, Type::kNumber, root},
      {"log", {"number"}, 1, Type::kNumber, logarithm},
      {"exp", {"number"}, 1, Type::kNumber, power_of_e},
      {"odd", {"number"}, 1, Type::kBoolean, is_odd},
      {"even", {"number"}, 1, Type::kBoolean, is_even},
  };
}

}  // namespace reckoner::rules
