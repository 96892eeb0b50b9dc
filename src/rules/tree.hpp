#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rules/facts.hpp"
#include "rules/value.hpp"

/// The trees that the parser makes of texts. Immutable: evaluated from any number of threads.
namespace reckoner::rules {

/// An expression.
class Node {
 public:
  virtual ~Node() = default;
  /// The value lies in the tree, in `facts` or in `scratch`, and is copied nowhere on the way.
  virtual const Value& evaluate(const Facts& facts, Value& scratch) const = 0;
  /// What it can be beside null, as far as that is known before evaluation.
  virtual Type type() const = 0;
  /// The value when it is the same for all facts and needs no arithmetic, else nullptr.
  virtual const Value* literal() const { return nullptr; }
};
using NodePointer = std::unique_ptr<const Node>;

enum class Arithmetic { kPlus, kMinus, kTimes, kDivide, kPower };
enum class Logic { kAnd, kOr };

NodePointer make_literal(Value value);
NodePointer make_fact(std::size_t slot, Type type);
/// Arithmetic with null or another kind than numbers, and division by zero, give null.
NodePointer make_negation(NodePointer operand);
NodePointer make_arithmetic(Arithmetic operation, NodePointer left, NodePointer right);
NodePointer make_comparison(Comparison comparison, NodePointer left, NodePointer right);
NodePointer make_logic(Logic operation, NodePointer left, NodePointer right);
NodePointer make_not(NodePointer operand);

/// One positive unary test of an input entry.
class Test {
 public:
  virtual ~Test() = default;
  virtual Ternary test(const Value& input, const Facts& facts) const = 0;
  /// The value of a test for equality with a literal, else nullptr.
  virtual const Value* literal() const { return nullptr; }
};
using TestPointer = std::unique_ptr<const Test>;

/// One end of an interval.
struct Endpoint {
  NodePointer value;
  bool included = false;
};

TestPointer make_comparison_test(Comparison comparison, NodePointer operand);
TestPointer make_interval_test(Endpoint low, Endpoint high);

}  // namespace reckoner::rules
