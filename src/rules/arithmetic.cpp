#include "rules/arithmetic.hpp"

#include "base/error.hpp"
#include "rules/number.hpp"

namespace reckoner::rules {

namespace {

constexpr int kNanoDigits = 9;

bool is_moment(Type type) {
  return type == Type::kDate || type == Type::kTime || type == Type::kDateTime;
}
bool is_duration(Type type) {
  return type == Type::kDaysDuration || type == Type::kMonthsDuration;
}

template <typename Result>
Value value_or_null(const std::optional<Result>& result) {
  return result ? Value(*result) : Value();
}

/// Seconds beyond the ninth digit behind the point are cut off.
Value duration_of(const std::optional<Decimal>& seconds) {
  if (!seconds) return {};
  return DaysDuration{money::round(*seconds, kNanoDigits, money::Rounding::kTowardZero)};
}

Value months_of(const std::optional<Decimal>& months) {
  if (!months || months->abs() > Decimal(std::int64_t{24} * kYearMax)) return {};
  const Decimal whole = money::round(*months, 0, money::Rounding::kTowardZero);
  money::Int128 count = whole.coefficient();
  for (int scale = whole.scale(); scale > 0; --scale) count /= 10;
  return MonthsDuration{static_cast<std::int64_t>(count)};
}

Value numbers(Arithmetic operation, const Decimal& a, const Decimal& b) {
  switch (operation) {
    case Arithmetic::kPlus:
      return sum(a, b);
    case Arithmetic::kMinus:
      return difference(a, b);
    case Arithmetic::kTimes:
      return product(a, b);
    case Arithmetic::kDivide:
      return value_or_null(quotient(a, b));
    case Arithmetic::kPower:
      return value_or_null(power(a, b));
  }
  throw Bug("an operation that is none");
}

/// A date, time, or date and time with a duration added or, with `sign` −1, taken away.
Value moved(const Value& moment, const Value& duration, int sign) {
  if (const MonthsDuration* by = duration.months()) {
    const MonthsDuration months{by->months * sign};
    if (const Date* date = moment.date()) return value_or_null(plus(*date, months));
    if (const DateTime* both = moment.date_time()) return value_or_null(plus(*both, months));
    return {};
  }
  const DaysDuration days{sign < 0 ? -duration.days()->seconds : duration.days()->seconds};
  if (const Date* date = moment.date()) return value_or_null(plus(*date, days));
  if (const Time* time = moment.time()) return plus(*time, days);
  return value_or_null(plus(*moment.date_time(), days));
}

/// A date alone is its midnight, of UTC next to a moment with an offset.
Value distance(const Value& left, const Value& right) {
  if (left.time() != nullptr || right.time() != nullptr) {
    if (left.time() == nullptr || right.time() == nullptr) return {};
    if (!offset_of(*left.time()) != !offset_of(*right.time())) return {};
    return DaysDuration{seconds_of(*left.time()) - seconds_of(*right.time())};
  }
  const auto full = [](const Value& value) {
    return value.date() != nullptr ? DateTime{*value.date(), {}} : *value.date_time();
  };
  const DateTime from = full(right);
  const DateTime to = full(left);
  const bool both_full = left.date_time() != nullptr && right.date_time() != nullptr;
  if (both_full && !offset_of(from) != !offset_of(to)) return {};
  return DaysDuration{seconds_of(to) - seconds_of(from)};
}

Value durations(Arithmetic operation, const Value& left, const Value& right) {
  const bool days = left.days() != nullptr;
  if (left.type() != right.type()) return {};
  const Decimal a = days ? left.days()->seconds : Decimal(left.months()->months);
  const Decimal b = days ? right.days()->seconds : Decimal(right.months()->months);
  if (operation == Arithmetic::kDivide) return value_or_null(quotient(a, b));
  if (operation != Arithmetic::kPlus && operation != Arithmetic::kMinus) return {};
  const Decimal result = operation == Arithmetic::kPlus ? sum(a, b) : difference(a, b);
  return days ? duration_of(result) : months_of(result);
}

Value scaled(Arithmetic operation, const Value& duration, const Decimal& factor) {
  const bool days = duration.days() != nullptr;
  const Decimal amount = days ? duration.days()->seconds : Decimal(duration.months()->months);
  const auto result = operation == Arithmetic::kTimes ? std::optional(product(amount, factor))
                                                      : quotient(amount, factor);
  return days ? duration_of(result) : months_of(result);
}

}  // namespace

std::string_view symbol_of(Arithmetic operation) {
  switch (operation) {
    case Arithmetic::kPlus:
      return "+";
    case Arithmetic::kMinus:
      return "-";
    case Arithmetic::kTimes:
      return "*";
    case Arithmetic::kDivide:
      return "/";
    case Arithmetic::kPower:
      return "**";
  }
  throw Bug("an operation that is none");
}

std::optional<Type> result_type(Arithmetic operation, Type left, Type right) {
  const bool adds = operation == Arithmetic::kPlus || operation == Arithmetic::kMinus;
  if (left == Type::kAny || right == Type::kAny) {
    const Type known = left == Type::kAny ? right : left;
    if (operation == Arithmetic::kPower) {
      if (known != Type::kAny && known != Type::kNumber) return std::nullopt;
      return Type::kNumber;
    }
    if (known == Type::kString) {
      if (operation != Arithmetic::kPlus) return std::nullopt;
      return Type::kString;
    }
    if (known == Type::kNumber && adds) return Type::kNumber;
    const bool possible = known == Type::kAny || known == Type::kNumber || is_duration(known) ||
                          (adds && is_moment(known));
    return possible ? std::optional(Type::kAny) : std::nullopt;
  }
  if (left == Type::kNumber && right == Type::kNumber) return Type::kNumber;
  if (operation == Arithmetic::kPlus && left == Type::kString && right == Type::kString)
    return Type::kString;
  if (adds && is_moment(left) && is_duration(right)) {
    if (left == Type::kTime && right == Type::kMonthsDuration) return std::nullopt;
    return left;
  }
  if (operation == Arithmetic::kPlus && is_duration(left) && is_moment(right))
    return result_type(operation, right, left);
  if (operation == Arithmetic::kMinus && is_moment(left) && is_moment(right)) {
    if ((left == Type::kTime) != (right == Type::kTime)) return std::nullopt;
    return Type::kDaysDuration;
  }
  if (is_duration(left) && left == right) {
    if (adds) return left;
    if (operation == Arithmetic::kDivide) return Type::kNumber;
  }
  if (is_duration(left) && right == Type::kNumber &&
      (operation == Arithmetic::kTimes || operation == Arithmetic::kDivide))
    return left;
  if (left == Type::kNumber && is_duration(right) && operation == Arithmetic::kTimes) return right;
  return std::nullopt;
}

Value calculate(Arithmetic operation, const Value& left, const Value& right) {
  if (left.number() != nullptr && right.number() != nullptr)
    return numbers(operation, *left.number(), *right.number());
  const Type a = left.type();
  const Type b = right.type();
  if (a == Type::kAny || b == Type::kAny || !result_type(operation, a, b)) return {};
  if (a == Type::kString) return *left.string() + *right.string();
  if (is_moment(a) && is_duration(b))
    return moved(left, right, operation == Arithmetic::kPlus ? 1 : -1);
  if (is_duration(a) && is_moment(b)) return moved(right, left, 1);
  if (is_moment(a)) return distance(left, right);
  if (is_duration(a) && is_duration(b)) return durations(operation, left, right);
  return is_duration(a) ? scaled(operation, left, *right.number())
                        : scaled(operation, right, *left.number());
}

Value negation(const Value& value) {
  if (const Decimal* number = value.number()) return -*number;
  if (const DaysDuration* days = value.days()) return DaysDuration{-days->seconds};
  if (const MonthsDuration* months = value.months()) return MonthsDuration{-months->months};
  return {};
}

}  // namespace reckoner::rules
