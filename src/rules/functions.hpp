#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/value.hpp"

namespace reckoner::rules {

/// A function of the language in one of its forms.
struct Builtin {
  std::string_view name;
  std::vector<std::string_view> parameters;
  std::size_t required;  ///< arguments; the others may be left out
  Type result;           ///< beside null; kAny where it depends
  /// Gets `required` arguments or more, null for one left out before another. Null for arguments
  /// that the function is not made for.
  Value (*call)(std::span<const Value> arguments);
  bool variadic = false;  ///< any number of arguments, instead of `parameters`
};

/// All forms of all functions, in no order.
const std::vector<Builtin>& builtins();
/// Their names, each once.
const std::vector<std::string>& builtin_names();

// The parts of builtins(), by what they work on.
std::vector<Builtin> conversion_builtins();
std::vector<Builtin> number_builtins();
std::vector<Builtin> string_builtins();
std::vector<Builtin> list_builtins();
std::vector<Builtin> statistics_builtins();
std::vector<Builtin> context_builtins();
std::vector<Builtin> range_builtins();
std::vector<Builtin> temporal_builtins();

/// The property of a date, time, duration or range ("year", "time offset", "start included"); null
/// when it has none of that name.
Value property_of(const Value& value, std::string_view name);

}  // namespace reckoner::rules
