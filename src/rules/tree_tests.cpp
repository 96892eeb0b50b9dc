#include <algorithm>
#include <utility>

#include "rules/tree.hpp"

namespace reckoner::rules {

namespace {

class ComparisonTest : public Test {
 public:
  ComparisonTest(Comparison comparison, NodePointer operand)
      : comparison_(comparison), operand_(std::move(operand)) {}
  Ternary test(const Value& input, Frame& frame) const override {
    Value scratch;
    return compare(comparison_, input, operand_->evaluate(frame, scratch));
  }
  const Value* literal() const override {
    return comparison_ == Comparison::kEqual ? operand_->literal() : nullptr;
  }

 private:
  Comparison comparison_;
  NodePointer operand_;
};

class MembershipTest : public Test {
 public:
  explicit MembershipTest(NodePointer operand) : operand_(std::move(operand)) {}
  Ternary test(const Value& input, Frame& frame) const override {
    Value scratch;
    const Value& found = operand_->evaluate(frame, scratch);
    frame.budget.spend(found.weight());
    if (const RangeEnds* range = found.range(); range != nullptr && input.range() == nullptr)
      return contains(*range, input);
    const Value::Items* items = found.list();
    if (items == nullptr) return compare(Comparison::kEqual, input, found);
    if (input.list() != nullptr && compare(Comparison::kEqual, input, found) == true) return true;
    return std::any_of(items->begin(), items->end(), [&](const Value& item) {
      const RangeEnds* range = item.range();
      return (range != nullptr ? contains(*range, input)
                               : compare(Comparison::kEqual, input, item)) == true;
    });
  }
  const Value* literal() const override { return operand_->literal(); }

 private:
  NodePointer operand_;
};

class TruthTest : public Test {
 public:
  TruthTest(NodePointer condition, std::size_t slot)
      : condition_(std::move(condition)), slot_(slot) {}
  Ternary test(const Value& input, Frame& frame) const override {
    frame.locals[slot_] = input;
    Value scratch;
    return ternary(condition_->evaluate(frame, scratch));
  }

 private:
  NodePointer condition_;
  std::size_t slot_;
};

class InNode : public Node {
 public:
  InNode(NodePointer value, ParsedTests tests)
      : value_(std::move(value)), tests_(std::move(tests)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    return scratch = value_of(tests_.test(value_->evaluate(frame, scratch), frame));
  }
  Type type() const override { return Type::kBoolean; }

 private:
  NodePointer value_;
  ParsedTests tests_;
};

}  // namespace

Ternary ParsedTests::test(const Value& input, Frame& frame) const {
  if (any) return true;
  Ternary found = false;
  for (const TestPointer& each : tests) {
    found = either(found, each->test(input, frame));
    if (found == true) break;
  }
  return negated ? rules::negated(found) : found;
}

TestPointer make_comparison_test(Comparison comparison, NodePointer operand) {
  return std::make_shared<ComparisonTest>(comparison, std::move(operand));
}

TestPointer make_membership_test(NodePointer operand) {
  return std::make_shared<MembershipTest>(std::move(operand));
}

TestPointer make_truth_test(NodePointer condition, std::size_t input_slot) {
  return std::make_shared<TruthTest>(std::move(condition), input_slot);
}

NodePointer make_in(NodePointer value, ParsedTests tests) {
  return std::make_shared<InNode>(std::move(value), std::move(tests));
}

}  // namespace reckoner::rules
