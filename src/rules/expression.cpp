#include "rules/expression.hpp"

#include <utility>

#include "base/error.hpp"
#include "rules/parser.hpp"

namespace reckoner::rules {

Expression::Expression(std::shared_ptr<const Node> root, Source source)
    : root_(std::move(root)), source_(std::move(source)) {}

Expression Expression::compile(const Text& text, const FactNames& names) {
  return {parse_expression(text, names), text.source};
}

Value Expression::evaluate(const Facts& facts) const {
  Value scratch;
  return evaluate(facts, scratch);
}

const Value& Expression::evaluate(const Facts& facts, Value& scratch) const {
  try {
    return root_->evaluate(facts, scratch);
  } catch (Error& error) {
    error.in(source_.to_string());
    throw;
  }
}

Type Expression::type() const {
  return root_->type();
}

const Value* Expression::literal() const {
  return root_->literal();
}

UnaryTests::UnaryTests(std::shared_ptr<const ParsedTests> tests, Source source)
    : tests_(std::move(tests)), source_(std::move(source)) {}

UnaryTests UnaryTests::compile(const Text& text, const FactNames& names, Type input) {
  return {std::make_shared<const ParsedTests>(parse_unary_tests(text, names, input)), text.source};
}

bool UnaryTests::matches(const Value& input, const Facts& facts) const {
  if (tests_->any) return true;
  try {
    Ternary found = false;
    for (const TestPointer& test : tests_->tests) {
      found = either(found, test->test(input, facts));
      if (found == true) break;
    }
    return (tests_->negated ? negated(found) : found) == true;
  } catch (Error& error) {
    error.in(source_.to_string());
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
