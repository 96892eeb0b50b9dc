#include "rules/tree.hpp"

#include <utility>

#include "base/error.hpp"
#include "rules/number.hpp"

namespace reckoner::rules {

namespace {

class LiteralNode : public Node {
 public:
  explicit LiteralNode(Value value) : value_(std::move(value)) {}
  const Value& evaluate(const Facts&, Value&) const override { return value_; }
  Type type() const override { return value_.type(); }
  const Value* literal() const override { return &value_; }

 private:
  Value value_;
};

class FactNode : public Node {
 public:
  FactNode(std::size_t slot, Type type) : slot_(slot), type_(type) {}
  const Value& evaluate(const Facts& facts, Value&) const override { return facts[slot_]; }
  Type type() const override { return type_; }

 private:
  std::size_t slot_;
  Type type_;
};

class NegationNode : public Node {
 public:
  explicit NegationNode(NodePointer operand) : operand_(std::move(operand)) {}
  const Value& evaluate(const Facts& facts, Value& scratch) const override {
    const Decimal* number = operand_->evaluate(facts, scratch).number();
    return scratch = number != nullptr ? Value(-*number) : Value();
  }
  Type type() const override { return Type::kNumber; }

 private:
  NodePointer operand_;
};

Value or_null(const std::optional<Decimal>& number) {
  return number ? Value(*number) : Value();
}

Value calculate(Arithmetic operation, const Decimal& a, const Decimal& b) {
  switch (operation) {
    case Arithmetic::kPlus:
      return sum(a, b);
    case Arithmetic::kMinus:
      return difference(a, b);
    case Arithmetic::kTimes:
      return product(a, b);
    case Arithmetic::kDivide:
      return or_null(quotient(a, b));
    case Arithmetic::kPower:
      return or_null(power(a, b));
  }
  throw Bug("an operation that is none");
}

class ArithmeticNode : public Node {
 public:
  ArithmeticNode(Arithmetic operation, NodePointer left, NodePointer right)
      : operation_(operation), left_(std::move(left)), right_(std::move(right)) {}
  const Value& evaluate(const Facts& facts, Value& scratch) const override {
    Value right_scratch;
    const Decimal* left = left_->evaluate(facts, scratch).number();
    const Decimal* right = right_->evaluate(facts, right_scratch).number();
    const bool numbers = left != nullptr && right != nullptr;
    return scratch = numbers ? calculate(operation_, *left, *right) : Value();
  }
  Type type() const override { return Type::kNumber; }

 private:
  Arithmetic operation_;
  NodePointer left_;
  NodePointer right_;
};

class ComparisonNode : public Node {
 public:
  ComparisonNode(Comparison comparison, NodePointer left, NodePointer right)
      : comparison_(comparison), left_(std::move(left)), right_(std::move(right)) {}
  const Value& evaluate(const Facts& facts, Value& scratch) const override {
    Value right_scratch;
    const Value& left = left_->evaluate(facts, scratch);
    const Value& right = right_->evaluate(facts, right_scratch);
    return scratch = value_of(compare(comparison_, left, right));
  }
  Type type() const override { return Type::kBoolean; }

 private:
  Comparison comparison_;
  NodePointer left_;
  NodePointer right_;
};

class LogicNode : public Node {
 public:
  LogicNode(Logic operation, NodePointer left, NodePointer right)
      : operation_(operation), left_(std::move(left)), right_(std::move(right)) {}
  const Value& evaluate(const Facts& facts, Value& scratch) const override {
    const Ternary left = ternary(left_->evaluate(facts, scratch));
    const Ternary right = ternary(right_->evaluate(facts, scratch));
    return scratch = value_of(operation_ == Logic::kAnd ? both(left, right) : either(left, right));
  }
  Type type() const override { return Type::kBoolean; }

 private:
  Logic operation_;
  NodePointer left_;
  NodePointer right_;
};

class NotNode : public Node {
 public:
  explicit NotNode(NodePointer operand) : operand_(std::move(operand)) {}
  const Value& evaluate(const Facts& facts, Value& scratch) const override {
    return scratch = value_of(negated(ternary(operand_->evaluate(facts, scratch))));
  }
  Type type() const override { return Type::kBoolean; }

 private:
  NodePointer operand_;
};

class ComparisonTest : public Test {
 public:
  ComparisonTest(Comparison comparison, NodePointer operand)
      : comparison_(comparison), operand_(std::move(operand)) {}
  Ternary test(const Value& input, const Facts& facts) const override {
    Value scratch;
    return compare(comparison_, input, operand_->evaluate(facts, scratch));
  }
  const Value* literal() const override {
    return comparison_ == Comparison::kEqual ? operand_->literal() : nullptr;
  }

 private:
  Comparison comparison_;
  NodePointer operand_;
};

class IntervalTest : public Test {
 public:
  IntervalTest(Endpoint low, Endpoint high) : low_(std::move(low)), high_(std::move(high)) {}
  Ternary test(const Value& input, const Facts& facts) const override {
    Value scratch;
    const Ternary above = compare(low_.included ? Comparison::kGreaterEqual : Comparison::kGreater,
                                  input, low_.value->evaluate(facts, scratch));
    const Ternary below = compare(high_.included ? Comparison::kLessEqual : Comparison::kLess,
                                  input, high_.value->evaluate(facts, scratch));
    return both(above, below);
  }

 private:
  Endpoint low_;
  Endpoint high_;
};

}  // namespace

NodePointer make_literal(Value value) {
  return std::make_unique<LiteralNode>(std::move(value));
}

NodePointer make_fact(std::size_t slot, Type type) {
  return std::make_unique<FactNode>(slot, type);
}

NodePointer make_negation(NodePointer operand) {
  const Value* literal = operand->literal();
  if (literal != nullptr && literal->number() != nullptr) return make_literal(-*literal->number());
  return std::make_unique<NegationNode>(std::move(operand));
}

NodePointer make_arithmetic(Arithmetic operation, NodePointer left, NodePointer right) {
  return std::make_unique<ArithmeticNode>(operation, std::move(left), std::move(right));
}

NodePointer make_comparison(Comparison comparison, NodePointer left, NodePointer right) {
  return std::make_unique<ComparisonNode>(comparison, std::move(left), std::move(right));
}

NodePointer make_logic(Logic operation, NodePointer left, NodePointer right) {
  return std::make_unique<LogicNode>(operation, std::move(left), std::move(right));
}

NodePointer make_not(NodePointer operand) {
  return std::make_unique<NotNode>(std::move(operand));
}

TestPointer make_comparison_test(Comparison comparison, NodePointer operand) {
  return std::make_unique<ComparisonTest>(comparison, std::move(operand));
}

TestPointer make_interval_test(Endpoint low, Endpoint high) {
  return std::make_unique<IntervalTest>(std::move(low), std::move(high));
}

}  // namespace reckoner::rules
