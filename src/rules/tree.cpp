#include "rules/tree.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"

namespace reckoner::rules {

namespace {

class LiteralNode : public Node {
 public:
  explicit LiteralNode(Value value) : value_(std::move(value)) {}
  const Value& evaluate(Frame&, Value&) const override { return value_; }
  Type type() const override { return value_.type(); }
  const Value* literal() const override { return &value_; }

 private:
  Value value_;
};

class NameNode : public Node {
 public:
  NameNode(std::size_t slot, Type type, ItemTypePointer item)
      : slot_(slot), type_(type), item_(std::move(item)) {}
  Type type() const override { return type_; }
  const ItemType* item_type() const override { return item_.get(); }

 protected:
  std::size_t slot_;

 private:
  Type type_;
  ItemTypePointer item_;
};

class FactNode : public NameNode {
 public:
  using NameNode::NameNode;
  const Value& evaluate(Frame& frame, Value&) const override { return frame.facts[slot_]; }
};

class LocalNode : public NameNode {
 public:
  using NameNode::NameNode;
  const Value& evaluate(Frame& frame, Value&) const override { return frame.locals[slot_]; }
};

class NegationNode : public Node {
 public:
  explicit NegationNode(NodePointer operand) : operand_(std::move(operand)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    return scratch = negation(operand_->evaluate(frame, scratch));
  }
  Type type() const override { return operand_->type(); }

 private:
  NodePointer operand_;
};

class ArithmeticNode : public Node {
 public:
  ArithmeticNode(Arithmetic operation, NodePointer left, NodePointer right)
      : operation_(operation),
        left_(std::move(left)),
        right_(std::move(right)),
        type_(result_type(operation, left_->type(), right_->type()).value_or(Type::kAny)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    Value right_scratch;
    const Value& left = left_->evaluate(frame, scratch);
    const Value& right = right_->evaluate(frame, right_scratch);
    scratch = calculate(operation_, left, right);
    if (scratch.string() != nullptr) frame.budget.spend(scratch.weight());
    return scratch;
  }
  Type type() const override { return type_; }

 private:
  Arithmetic operation_;
  NodePointer left_;
  NodePointer right_;
  Type type_;
};

class ComparisonNode : public Node {
 public:
  ComparisonNode(Comparison comparison, NodePointer left, NodePointer right)
      : comparison_(comparison), left_(std::move(left)), right_(std::move(right)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    Value right_scratch;
    const Value& left = left_->evaluate(frame, scratch);
    const Value& right = right_->evaluate(frame, right_scratch);
    frame.budget.spend(left.weight());
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
  LogicNode(Connective operation, NodePointer left, NodePointer right)
      : operation_(operation), left_(std::move(left)), right_(std::move(right)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    const Ternary left = ternary(left_->evaluate(frame, scratch));
    const Ternary right = ternary(right_->evaluate(frame, scratch));
    return scratch =
               value_of(operation_ == Connective::kAnd ? both(left, right) : either(left, right));
  }
  Type type() const override { return Type::kBoolean; }

 private:
  Connective operation_;
  NodePointer left_;
  NodePointer right_;
};

class NotNode : public Node {
 public:
  explicit NotNode(NodePointer operand) : operand_(std::move(operand)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    return scratch = value_of(negated(ternary(operand_->evaluate(frame, scratch))));
  }
  Type type() const override { return Type::kBoolean; }

 private:
  NodePointer operand_;
};

class ChoiceNode : public Node {
 public:
  ChoiceNode(NodePointer condition, NodePointer then, NodePointer otherwise)
      : condition_(std::move(condition)),
        then_(std::move(then)),
        otherwise_(std::move(otherwise)),
        type_(then_->type() == otherwise_->type() ? then_->type() : Type::kAny) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    const bool holds = ternary(condition_->evaluate(frame, scratch)) == true;
    return (holds ? then_ : otherwise_)->evaluate(frame, scratch);
  }
  Type type() const override { return type_; }

 private:
  NodePointer condition_;
  NodePointer then_;
  NodePointer otherwise_;
  Type type_;
};

class BetweenNode : public Node {
 public:
  BetweenNode(NodePointer value, NodePointer low, NodePointer high)
      : value_(std::move(value)), low_(std::move(low)), high_(std::move(high)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    Value low;
    Value high;
    const Value& value = value_->evaluate(frame, scratch);
    const Ternary above = compare(Comparison::kGreaterEqual, value, low_->evaluate(frame, low));
    const Ternary below = compare(Comparison::kLessEqual, value, high_->evaluate(frame, high));
    return scratch = value_of(both(above, below));
  }
  Type type() const override { return Type::kBoolean; }

 private:
  NodePointer value_;
  NodePointer low_;
  NodePointer high_;
};

class PlacedNode : public Node {
 public:
  PlacedNode(NodePointer inner, std::string place)
      : inner_(std::move(inner)), place_(std::move(place)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    try {
      return inner_->evaluate(frame, scratch);
    } catch (Error& error) {
      if (error.path().empty()) error.in(place_);
      throw;
    }
  }
  Type type() const override { return inner_->type(); }
  const Value* literal() const override { return inner_->literal(); }
  const ItemType* item_type() const override { return inner_->item_type(); }

 private:
  NodePointer inner_;
  std::string place_;
};

class CheckedNode : public Node {
 public:
  CheckedNode(NodePointer inner, std::string what, ItemTypePointer item)
      : inner_(std::move(inner)), what_(std::move(what)), item_(std::move(item)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    const Value& value = inner_->evaluate(frame, scratch);
    if (misfit(value, *item_)) {
      // A list of one where a single value is asked for, and the other way round
      // (DMN 1.3, 10.3.2.9.4).
      const Value::Items* items = value.list();
      if (items != nullptr && items->size() == 1 && !misfit(items->front(), *item_)) {
        const Value only = items->front();
        return scratch = only;
      }
      if (item_->kind == Type::kList && items == nullptr) {
        const Value alone = Value::list({value});
        if (!misfit(alone, *item_)) return scratch = alone;
      }
      if (item_->kind == Type::kDateTime && value.date() != nullptr)
        return scratch = DateTime{*value.date(), {.offset = 0}};
      throw Error(fmt::format("{} {}", what_, *misfit(value, *item_)));
    }
    return value;
  }
  Type type() const override { return item_->kind; }
  const ItemType* item_type() const override { return item_.get(); }

 private:
  NodePointer inner_;
  std::string what_;
  ItemTypePointer item_;
};

}  // namespace

Value value_of(const Node& node, Frame& frame) {
  Value scratch;
  const Value& out = node.evaluate(frame, scratch);
  return &out == &scratch ? std::move(scratch) : out;
}

NodePointer make_literal(Value value) {
  return std::make_shared<LiteralNode>(std::move(value));
}

NodePointer make_fact(std::size_t slot, Type type, ItemTypePointer item) {
  return std::make_shared<FactNode>(slot, type, std::move(item));
}

NodePointer make_local(std::size_t slot, Type type, ItemTypePointer item) {
  return std::make_shared<LocalNode>(slot, type, std::move(item));
}

NodePointer make_negation(NodePointer operand) {
  const Value* literal = operand->literal();
  if (literal != nullptr && literal->number() != nullptr) return make_literal(-*literal->number());
  return std::make_shared<NegationNode>(std::move(operand));
}

NodePointer make_arithmetic(Arithmetic operation, NodePointer left, NodePointer right) {
  return std::make_shared<ArithmeticNode>(operation, std::move(left), std::move(right));
}

NodePointer make_comparison(Comparison comparison, NodePointer left, NodePointer right) {
  return std::make_shared<ComparisonNode>(comparison, std::move(left), std::move(right));
}

NodePointer make_logic(Connective operation, NodePointer left, NodePointer right) {
  return std::make_shared<LogicNode>(operation, std::move(left), std::move(right));
}

NodePointer make_not(NodePointer operand) {
  return std::make_shared<NotNode>(std::move(operand));
}

NodePointer make_choice(NodePointer condition, NodePointer then, NodePointer otherwise) {
  return std::make_shared<ChoiceNode>(std::move(condition), std::move(then), std::move(otherwise));
}

NodePointer make_between(NodePointer value, NodePointer low, NodePointer high) {
  return std::make_shared<BetweenNode>(std::move(value), std::move(low), std::move(high));
}

NodePointer make_placed(NodePointer inner, std::string place) {
  return std::make_shared<PlacedNode>(std::move(inner), std::move(place));
}

NodePointer make_checked(NodePointer inner, std::string what, ItemTypePointer item) {
  if (item == nullptr) return inner;
  return std::make_shared<CheckedNode>(std::move(inner), std::move(what), std::move(item));
}

}  // namespace reckoner::rules
