#include <fmt/format.h>

#include <utility>

#include "rules/expression_parser.hpp"

namespace reckoner::rules {

ParsedTests ExpressionParser::whole_unary_tests() {
  const std::string trimmed = with_single_blanks(text_.text);
  ParsedTests out;
  if (trimmed.empty() || trimmed == "-") {
    out.any = true;
    return out;
  }
  out = tests_of(input_);
  expect(TokenKind::kEnd, "',' or the end");
  return out;
}

ParsedTests ExpressionParser::tests_of(Type input) {
  ParsedTests out;
  out.negated = accept(TokenKind::kNot);
  if (out.negated) expect(TokenKind::kOpenParenthesis, "'('");
  do out.tests.push_back(positive_test(input));
  while (accept(TokenKind::kComma));
  if (out.negated) expect(TokenKind::kCloseParenthesis, "')'");
  return out;
}

/// What stands behind "in": one test, or several in parentheses.
ParsedTests ExpressionParser::membership() {
  const Level level(*this);
  ParsedTests out;
  if (now().kind != TokenKind::kOpenParenthesis) {
    out.tests.push_back(positive_test(Type::kAny));
    return out;
  }
  // "(1..5)" and "(> 5)" are ranges, "(1, > 5)" are tests: the first thing in it decides.
  const std::size_t start = position_;
  take();
  TestPointer first = positive_test(Type::kAny);
  if (now().kind == TokenKind::kDots) {
    position_ = start;
    rescope();
    out.tests.push_back(make_membership_test(additive()));
    return out;
  }
  out.tests.push_back(std::move(first));
  while (accept(TokenKind::kComma)) out.tests.push_back(positive_test(Type::kAny));
  expect(TokenKind::kCloseParenthesis, "',' or ')'");
  return out;
}

TestPointer ExpressionParser::positive_test(Type input) {
  const Token token = now();
  if (const auto comparison = comparison_of(token.kind)) {
    take();
    const Token operand_token = now();
    NodePointer operand = additive();
    need_fit(operand_token, *operand, input);
    if (!is_equality(*comparison)) need_order(token, operand->type(), input);
    return make_comparison_test(*comparison, std::move(operand));
  }
  const bool outer = std::exchange(asks_input_, false);
  NodePointer operand = expression();
  const bool asks = std::exchange(asks_input_, outer);
  const bool is_condition = operand->type() == Type::kBoolean && operand->literal() == nullptr &&
                            !may_be(Type::kBoolean, input);
  if ((asks || is_condition) && input_slot_) {
    need(Type::kBoolean, token, *operand, "a test with '?'");
    return make_truth_test(std::move(operand), *input_slot_);
  }
  need_fit(token, *operand, input);
  return make_membership_test(std::move(operand));
}

/// Refuses a test that no input of the type can pass.
void ExpressionParser::need_fit(const Token& token, const Node& operand, Type input) const {
  const auto refuse_type = [&](Type type, const std::string& found) {
    if (!may_be(type, input))
      refuse_at(token.offset, fmt::format("the input is a {}, but {} is a {}", name_of(input),
                                          found, name_of(type)));
  };
  if (operand.type() == Type::kList && input != Type::kList) return;
  if (const RangeParts* parts = operand.range_parts()) {
    for (const NodePointer& end : {parts->low, parts->high}) {
      if (end == nullptr) continue;
      refuse_type(end->type(), end->literal() != nullptr ? end->literal()->to_string()
                                                         : std::string("the end of the interval"));
      need_order(token, end->type(), input);
    }
    const Value* from = parts->low != nullptr ? parts->low->literal() : nullptr;
    const Value* to = parts->high != nullptr ? parts->high->literal() : nullptr;
    if (from == nullptr || to == nullptr) return;
    const bool closed = parts->low_included && parts->high_included;
    if (compare(closed ? Comparison::kLessEqual : Comparison::kLess, *from, *to) != true)
      refuse_at(token.offset, fmt::format("no value lies in the interval from {} to {}",
                                          from->to_string(), to->to_string()));
    return;
  }
  refuse_type(operand.type(), operand.literal() != nullptr ? operand.literal()->to_string()
                                                           : fmt::format("'{}'", token.text));
}

void ExpressionParser::need_order(const Token& token, Type type, Type input) const {
  for (const Type each : {type, input})
    if (!has_order(each))
      refuse_at(token.offset,
                fmt::format("'{}' needs an order, and {}s have none", token.text, name_of(each)));
}

}  // namespace reckoner::rules
