#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "rules/expression.hpp"
#include "rules/facts.hpp"
#include "text/json.hpp"

namespace reckoner::meters {

/// What a meter computes from the members of an event's data: "input + 3 * output", S-FEEL. A name
/// in it is a member of the data (null where there is none), "usage.input" a member of a member,
/// and `data` all of them, for names that are no words: get value(data, "in-tokens"). Immutable;
/// may be used by several threads.
class ValueExpression {
 public:
  /// Throws Error "file:line: reason" for a text that is no expression.
  static ValueExpression compile(const rules::Text& text);

  /// Exact as written, quotients to 34 digits. Throws Error for what passes a limit, such as a
  /// number of more than 38 digits in the data or in the result.
  rules::Value evaluate(const text::Json& data) const;

 private:
  ValueExpression(rules::Expression expression, std::vector<std::string> names)
      : expression_(std::move(expression)), names_(std::move(names)) {}

  rules::Expression expression_;
  std::vector<std::string> names_;  ///< of the members it looks at, by slot
};

}  // namespace reckoner::meters
