#pragma once

#include <memory>
#include <vector>

#include "rules/facts.hpp"
#include "rules/value.hpp"

namespace reckoner::rules {

class Node;
struct ParsedTests;

/// A compiled S-FEEL expression. Immutable and cheap to copy; evaluated from any number of threads.
class Expression {
 public:
  /// Throws Error "file:line: reason" for a text that is no expression, for unknown names (with the
  /// nearest known one) and for kinds that cannot meet.
  static Expression compile(const Text& text, const FactNames& names);

  /// `facts` has a value for every name it was compiled with. As in FEEL, what cannot be computed
  /// is null: arithmetic with null or with a fact of another kind than number, division by zero. A
  /// number too large for Decimal throws Error.
  Value evaluate(const Facts& facts) const;
  /// The same without a copy: the value lies in the expression, in `facts` or in `scratch`.
  const Value& evaluate(const Facts& facts, Value& scratch) const;

  /// What it can be beside null, as far as that is known without facts.
  Type type() const;
  /// The value when it is a literal, else nullptr; valid as long as the expression.
  const Value* literal() const;

 private:
  Expression(std::shared_ptr<const Node> root, Source source);
  std::shared_ptr<const Node> root_;
  Source source_;
};

/// Compiled unary tests, as in the input entries of a table: "-", 10, "a","b", < 10, [1..10],
/// not("a"), with literals, names and arithmetic as endpoints. Immutable and cheap to copy;
/// evaluated from any number of threads.
class UnaryTests {
 public:
  /// Throws Error "file:line: reason"; also when an endpoint is not of type `input`, and for an
  /// interval that is empty.
  static UnaryTests compile(const Text& text, const FactNames& names, Type input);

  /// Whether the tests are true for this input, rather than false or null. A null input passes "-"
  /// and null, and what FEEL's logic makes true of it: not("a"), because null = "a" is false, but
  /// never not(>= 10), because null >= 10 is null.
  bool matches(const Value& input, const Facts& facts) const;

  /// The literals which it compares the input with for equality, negated or not.
  std::vector<Value> literals() const;

 private:
  UnaryTests(std::shared_ptr<const ParsedTests> tests, Source source);
  std::shared_ptr<const ParsedTests> tests_;
  Source source_;
};

}  // namespace reckoner::rules
