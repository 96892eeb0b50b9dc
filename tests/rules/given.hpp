#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "base/error.hpp"
#include "rules/expression.hpp"

namespace reckoner::rules {

inline void PrintTo(const Value& value, std::ostream* out) {
  *out << value.to_string();
}

inline Decimal decimal(std::string_view text) {
  return Decimal::parse(text);
}

/// A text that stands at line 7 of fees.dmn.
inline Text text(std::string content) {
  return {std::move(content), {"fees.dmn", 7}};
}

/// Names of every type, with a value each; `nothing` is null.
struct Given {
  FactNames names;
  Facts facts;

  Given() {
    add("plan.name", Type::kString, "SMB");
    add("plan", Type::kString, "S");
    add("a", Type::kNumber, 10);
    add("b", Type::kNumber, decimal("0.5"));
    add("monthly fee", Type::kNumber, 100);
    add("monthly fee in total", Type::kNumber, 300);
    add("half-year", Type::kNumber, 6);
    add("order", Type::kNumber, 3);
    add("yes", Type::kBoolean, true);
    add("no", Type::kBoolean, false);
    add("nothing", Type::kAny, Value());
    add("anything", Type::kAny, "a text");
    add("größe", Type::kNumber, 5);
  }

  void add(const std::string& name, Type type, Value value) {
    names.add(name, type);
    facts.push_back(std::move(value));
  }

  Value result(const std::string& content) const {
    return Expression::compile(text(content), names).evaluate(facts);
  }

  bool passes(const Value& input, const std::string& tests, Type type = Type::kAny) const {
    return UnaryTests::compile(text(tests), names, type).matches(input, facts);
  }
};

/// The whole message of the Error that `action` throws; "" and a failure when it throws none.
template <typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return "";
}

}  // namespace reckoner::rules
