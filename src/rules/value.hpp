#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "money/decimal.hpp"

namespace reckoner::rules {

using money::Decimal;

/// What an expression, an input or an output may be. kAny: not known before evaluation.
enum class Type { kAny, kBoolean, kNumber, kString };

/// "any", "boolean", "number", "string".
std::string_view name_of(Type type);

/// DMN's own names string, number and boolean; "" and "Any" are kAny; nullopt for everything else.
std::optional<Type> type_named(std::string_view name);

/// A value of the expression language: null, boolean, number or string. A plain value: copy it
/// freely. Another kind is one more alternative, one more Type, and a line in each function below.
class Value {
 public:
  Value() = default;
  template <std::same_as<bool> Boolean>
  Value(Boolean boolean) : content_(boolean) {}               // NOLINT(google-explicit-constructor)
  Value(const Decimal& number) : content_(number) {}          // NOLINT(google-explicit-constructor)
  Value(int number) : content_(Decimal(number)) {}            // NOLINT(google-explicit-constructor)
  Value(std::string text) : content_(std::move(text)) {}      // NOLINT(google-explicit-constructor)
  Value(std::string_view text) : Value(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* text) : Value(std::string(text)) {}       // NOLINT(google-explicit-constructor)
  Value(std::nullptr_t) = delete;
  Value(double) = delete;

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }
  /// The content when it is of that kind, else nullptr; valid as long as the value is unchanged.
  const bool* boolean() const { return std::get_if<bool>(&content_); }
  const Decimal* number() const { return std::get_if<Decimal>(&content_); }
  const std::string* string() const { return std::get_if<std::string>(&content_); }

  /// kAny for null.
  Type type() const;
  /// As a literal of the language: null, true, 10.5, "SMB".
  std::string to_string() const;

  /// Same kind and same content; null equals null. FEEL's own "=" is compare().
  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, Decimal, std::string> content_;
};

/// Whether a value of this type may stand where `expected` is asked for; null may stand anywhere.
bool conforms(const Value& value, Type expected);

/// true, false or null (nullopt): FEEL's logic, where null is "not known".
using Ternary = std::optional<bool>;

Ternary ternary(const Value& value);  ///< null for whatever is no boolean
Value value_of(Ternary truth);
Ternary both(Ternary a, Ternary b);    ///< false and null is false
Ternary either(Ternary a, Ternary b);  ///< true or null is true
Ternary negated(Ternary a);            ///< not null is null

enum class Comparison { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

/// "=", "!=", "<", "<=", ">", ">=".
std::string_view symbol_of(Comparison comparison);

/// Numbers and strings have an order (strings by code point); booleans have none.
bool has_order(Type type);

/// FEEL (DMN 1.3, "equality" and "inequality"): null = null is true and null = anything else is
/// false; two kinds, an order with null, and an order of booleans are null.
Ternary compare(Comparison comparison, const Value& a, const Value& b);

}  // namespace reckoner::rules
