#pragma once

#include <memory>
#include <vector>

#include "rules/facts.hpp"
#include "rules/frame.hpp"
#include "rules/scope.hpp"
#include "rules/value.hpp"

namespace reckoner::rules {

class Node;
struct ParsedTests;

/// A compiled FEEL expression. Immutable and cheap to copy; evaluated from any number of threads.
class Expression {
 public:
  /// Throws Error "file:line: reason" for a text that is no expression, for unknown names (with the
  /// nearest known one) and for kinds that cannot meet.
  static Expression compile(const Text& text, Scope& scope);
  static Expression compile(const Text& text, const FactNames& names);

  /// As in FEEL, what cannot be computed is null: arithmetic with null or with kinds that do not go
  /// together, division by zero. A number too large for Decimal throws Error, as does whatever
  /// passes the limits of frame.hpp and value.hpp. The value lies in the expression, in `frame` or
  /// in `scratch`.
  const Value& evaluate(Frame& frame, Value& scratch) const;
  /// Of an expression compiled with names alone: `facts` has a value for every one of them.
  Value evaluate(const Facts& facts) const;

  /// What it can be beside null, as far as that is known without facts.
  Type type() const;
  /// The value when it is a literal, else nullptr; valid as long as the expression.
  const Value* literal() const;
  const std::shared_ptr<const Node>& root() const { return root_; }

 private:
  Expression(std::shared_ptr<const Node> root, std::size_t locals)
      : root_(std::move(root)), locals_(locals) {}
  std::shared_ptr<const Node> root_;
  std::size_t locals_;
};

/// Compiled unary tests, as in the input entries of a table: "-", 10, "a","b", < 10, [1..10],
/// not("a"), ? > 10 and so on. Immutable and cheap to copy; evaluated from any number of threads.
class UnaryTests {
 public:
  /// Throws Error "file:line: reason"; also when a test is not of type `input`, and for an interval
  /// that is empty.
  static UnaryTests compile(const Text& text, Scope& scope, Type input);
  static UnaryTests compile(const Text& text, const FactNames& names, Type input);

  /// Whether the tests are true for this input, rather than false or null. A null input passes "-"
  /// and null, and what FEEL's logic makes true of it: not("a"), because null = "a" is false, but
  /// never not(>= 10), because null >= 10 is null.
  bool matches(const Value& input, Frame& frame) const;
  /// Of tests compiled with names alone.
  bool matches(const Value& input, const Facts& facts) const;
  /// Of tests compiled without names.
  bool matches_alone(const Value& input) const { return matches(input, Facts()); }

  /// The literals which it compares the input with for equality, negated or not, in their order.
  std::vector<Value> literals() const;

 private:
  UnaryTests(std::shared_ptr<const ParsedTests> tests, std::size_t locals, Source source);
  std::shared_ptr<const ParsedTests> tests_;
  std::size_t locals_;
  Source source_;
};

}  // namespace reckoner::rules
