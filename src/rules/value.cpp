#include "rules/value.hpp"

#include "base/error.hpp"

namespace reckoner::rules {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
  }
  return out + '"';
}

bool holds(Comparison comparison, std::strong_ordering order) {
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterEqual:
      return order >= 0;
  }
  throw Bug("a comparison that is none");
}

}  // namespace

std::string_view name_of(Type type) {
  switch (type) {
    case Type::kAny:
      return "any";
    case Type::kBoolean:
      return "boolean";
    case Type::kNumber:
      return "number";
    case Type::kString:
      return "string";
  }
  throw Bug("a type that is none");
}

std::optional<Type> type_named(std::string_view name) {
  if (name.empty() || name == "Any") return Type::kAny;
  for (const Type type : {Type::kBoolean, Type::kNumber, Type::kString})
    if (name == name_of(type)) return type;
  return std::nullopt;
}

Type Value::type() const {
  if (boolean() != nullptr) return Type::kBoolean;
  if (number() != nullptr) return Type::kNumber;
  if (string() != nullptr) return Type::kString;
  return Type::kAny;
}

std::string Value::to_string() const {
  if (const bool* truth = boolean()) return *truth ? "true" : "false";
  if (const Decimal* decimal = number()) return decimal->to_string();
  if (const std::string* text = string()) return quoted(*text);
  return "null";
}

bool conforms(const Value& value, Type expected) {
  return value.is_null() || expected == Type::kAny || value.type() == expected;
}

Ternary ternary(const Value& value) {
  const bool* truth = value.boolean();
  return truth != nullptr ? Ternary(*truth) : std::nullopt;
}

Value value_of(Ternary truth) {
  return truth ? Value(*truth) : Value();
}

Ternary both(Ternary a, Ternary b) {
  if (a == false || b == false) return false;
  if (!a || !b) return std::nullopt;
  return true;
}

Ternary either(Ternary a, Ternary b) {
  return negated(both(negated(a), negated(b)));
}

Ternary negated(Ternary a) {
  return a ? Ternary(!*a) : std::nullopt;
}

std::string_view symbol_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return "=";
    case Comparison::kNotEqual:
      return "!=";
    case Comparison::kLess:
      return "<";
    case Comparison::kLessEqual:
      return "<=";
    case Comparison::kGreater:
      return ">";
    case Comparison::kGreaterEqual:
      return ">=";
  }
  throw Bug("a comparison that is none");
}

bool has_order(Type type) {
  return type != Type::kBoolean;
}

Ternary compare(Comparison comparison, const Value& a, const Value& b) {
  const bool equality = comparison == Comparison::kEqual || comparison == Comparison::kNotEqual;
  if (a.is_null() || b.is_null()) {
    if (!equality) return std::nullopt;
    return (a.is_null() && b.is_null()) == (comparison == Comparison::kEqual);
  }
  if (const Decimal* x = a.number())
    if (const Decimal* y = b.number()) return holds(comparison, *x <=> *y);
  if (const std::string* x = a.string())
    if (const std::string* y = b.string()) return holds(comparison, *x <=> *y);
  if (const bool* x = a.boolean())
    if (const bool* y = b.boolean(); y != nullptr && equality) return holds(comparison, *x <=> *y);
  return std::nullopt;
}

}  // namespace reckoner::rules
