#include <utility>

#include "rules/tree.hpp"

namespace reckoner::rules {

namespace {

class BuiltinNode : public Node {
 public:
  BuiltinNode(const Builtin& builtin, std::vector<NodePointer> arguments)
      : builtin_(builtin), arguments_(std::move(arguments)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    Value::Items values;
    values.reserve(arguments_.size());
    std::size_t steps = 1;
    for (const NodePointer& argument : arguments_) {
      values.push_back(argument != nullptr ? value_of(*argument, frame) : Value());
      steps += values.back().weight();
    }
    frame.budget.spend(steps);
    return scratch = builtin_.call(values);
  }
  Type type() const override { return builtin_.result; }

 private:
  const Builtin& builtin_;
  std::vector<NodePointer> arguments_;
};

class FunctionNode : public Node {
 public:
  FunctionNode(std::shared_ptr<const Function> function, std::vector<NodePointer> arguments)
      : function_(std::move(function)),
        arguments_(std::move(arguments)),
        type_(function_->body->type()) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    frame.budget.spend(1 + function_->locals);
    Frame inner(frame.facts, function_->locals, frame.budget);
    for (std::size_t i = 0; i < arguments_.size(); ++i)
      frame.budget.spend((inner.locals[i] = value_of(*arguments_[i], frame)).weight());
    return scratch = value_of(*function_->body, inner);
  }
  Type type() const override { return type_; }
  const ItemType* item_type() const override { return function_->body->item_type(); }

 private:
  std::shared_ptr<const Function> function_;
  std::vector<NodePointer> arguments_;
  Type type_;
};

/// Null is an instance of Null and of Any only.
class InstanceNode : public Node {
 public:
  InstanceNode(NodePointer operand, ItemTypePointer item)
      : operand_(std::move(operand)), item_(std::move(item)) {}
  const Value& evaluate(Frame& frame, Value& scratch) const override {
    const Value& value = operand_->evaluate(frame, scratch);
    if (item_ == nullptr) return scratch = !value.is_null();
    if (item_->name == "Null") return scratch = value.is_null();
    return scratch = !value.is_null() && !misfit(value, *item_);
  }
  Type type() const override { return Type::kBoolean; }

 private:
  NodePointer operand_;
  ItemTypePointer item_;
};

}  // namespace

NodePointer make_call(const Builtin& builtin, std::vector<NodePointer> arguments) {
  return std::make_shared<BuiltinNode>(builtin, std::move(arguments));
}

NodePointer make_call(std::shared_ptr<const Function> function,
                      std::vector<NodePointer> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Function::Parameter& parameter = function->parameters[i];
    arguments[i] =
        make_checked(arguments[i], "parameter '" + parameter.name + "' of '" + function->name + "'",
                     parameter.item);
  }
  return std::make_shared<FunctionNode>(std::move(function), std::move(arguments));
}

NodePointer make_instance_of(NodePointer operand, ItemTypePointer item) {
  return std::make_shared<InstanceNode>(std::move(operand), std::move(item));
}

}  // namespace reckoner::rules
