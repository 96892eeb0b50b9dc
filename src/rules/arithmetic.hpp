#pragma once

#include <optional>
#include <string_view>

#include "rules/value.hpp"

/// What + - * / ** make of values (DMN 1.3, tables 50 to 53).
namespace reckoner::rules {

enum class Arithmetic { kPlus, kMinus, kTimes, kDivide, kPower };

std::string_view symbol_of(Arithmetic operation);

/// Numbers, texts (+), and dates, times and durations with one another. Null when a side is null,
/// for kinds that do not go together, for a division by zero and for a date beyond all years.
Value calculate(Arithmetic operation, const Value& left, const Value& right);

/// The type of the result where it is known; nullopt when kinds never go together.
std::optional<Type> result_type(Arithmetic operation, Type left, Type right);

/// −value; null for what has no sign.
Value negation(const Value& value);

}  // namespace reckoner::rules
