#include "rules/expression.hpp"

#include <utility>

#include "base/error.hpp"
#include "rules/parser.hpp"

namespace reckoner::rules {

Expression Expression::compile(const Text& text, Scope& scope) {
  NodePointer root = parse_expression(text, scope);
  if (root->literal() == nullptr) root = make_placed(std::move(root), text.source.to_string());
  return {std::move(root), scope.layout().locals};
}

Expression Expression::compile(const Text& text, const FactNames& names) {
  Layout layout;
  Scope scope(names, layout);
  return compile(text, scope);
}

Value Expression::evaluate(const Facts& facts) const {
  Budget budget;
  Frame frame(facts, locals_, budget);
  return value_of(*root_, frame);
}

const Value& Expression::evaluate(Frame& frame, Value& scratch) const {
  return root_->evaluate(frame, scratch);
}

Type Expression::type() const {
  return root_->type();
}

const Value* Expression::literal() const {
  return root_->literal();
}

UnaryTests::UnaryTests(std::shared_ptr<const ParsedTests> tests, std::size_t locals, Source source)
    : tests_(std::move(tests)), locals_(locals), source_(std::move(source)) {}

UnaryTests UnaryTests::compile(const Text& text, Scope& scope, Type input) {
  const std::size_t mark = scope.mark();
  const std::size_t input_slot = scope.add("?", input);
  ParsedTests tests = parse_unary_tests(text, scope, input, input_slot);
  scope.forget(mark);
  return {std::make_shared<const ParsedTests>(std::move(tests)), scope.layout().locals,
          text.source};
}

UnaryTests UnaryTests::compile(const Text& text, const FactNames& names, Type input) {
  Layout layout;
  Scope scope(names, layout);
  return compile(text, scope, input);
}

bool UnaryTests::matches(const Value& input, const Facts& facts) const {
  if (tests_->any) return true;
  Budget budget;
  Frame frame(facts, locals_, budget);
  return matches(input, frame);
}

bool UnaryTests::matches(const Value& input, Frame& frame) const {
  if (tests_->any) return true;
  try {
    return tests_->test(input, frame) == true;
  } catch (Error& error) {
    if (error.path().empty()) error.in(source_.to_string());
    throw;
  }
}

std::vector<Value> UnaryTests::literals() const {
  std::vector<Value> out;
  for (const TestPointer& test : tests_->tests)
    if (const Value* literal = test->literal()) out.push_back(*literal);
  return out;
}

}  // namespace reckoner::rules
