#include "rules/parser.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "rules/expression_parser.hpp"

namespace reckoner::rules {

std::optional<Comparison> comparison_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEqual:
      return Comparison::kEqual;
    case TokenKind::kNotEqual:
      return Comparison::kNotEqual;
    case TokenKind::kLess:
      return Comparison::kLess;
    case TokenKind::kLessEqual:
      return Comparison::kLessEqual;
    case TokenKind::kGreater:
      return Comparison::kGreater;
    case TokenKind::kGreaterEqual:
      return Comparison::kGreaterEqual;
    default:
      return std::nullopt;
  }
}

bool is_equality(Comparison comparison) {
  return comparison == Comparison::kEqual || comparison == Comparison::kNotEqual;
}

bool may_be(Type type, Type expected) {
  return type == Type::kAny || expected == Type::kAny || type == expected;
}

NodePointer ExpressionParser::whole_expression() {
  NodePointer out = expression();
  expect(TokenKind::kEnd, "the end");
  return out;
}

/// Refuses an operand that cannot be of the type the operator needs.
void ExpressionParser::need(Type expected, const Token& token, const Node& operand,
                            std::string_view side) const {
  if (!may_be(operand.type(), expected))
    refuse_at(token.offset, fmt::format("'{}' needs {}s, but {} is a {}", token.text,
                                        name_of(expected), side, name_of(operand.type())));
}

NodePointer ExpressionParser::binary(Arithmetic operation, const Token& token, NodePointer left,
                                     NodePointer right) const {
  if (!result_type(operation, left->type(), right->type()))
    refuse_at(token.offset, fmt::format("'{}' cannot take a {} and a {}", token.text,
                                        name_of(left->type()), name_of(right->type())));
  return make_arithmetic(operation, std::move(left), std::move(right));
}

NodePointer ExpressionParser::binary(Connective operation, const Token& token, NodePointer left,
                                     NodePointer right) const {
  need(Type::kBoolean, token, *left, "its left side");
  need(Type::kBoolean, token, *right, "its right side");
  return make_logic(operation, std::move(left), std::move(right));
}

NodePointer ExpressionParser::compared(Comparison comparison, const Token& token, NodePointer left,
                                       NodePointer right) const {
  if (!may_be(left->type(), right->type()))
    refuse_at(token.offset, fmt::format("'{}' compares a {} with a {}", token.text,
                                        name_of(left->type()), name_of(right->type())));
  for (const Type type : {left->type(), right->type()})
    if (!is_equality(comparison) && !has_order(type))
      refuse_at(token.offset,
                fmt::format("'{}' needs an order, and {}s have none", token.text, name_of(type)));
  return make_comparison(comparison, std::move(left), std::move(right));
}

NodePointer ExpressionParser::expression() {
  const Level level(*this);
  switch (now().kind) {
    case TokenKind::kIf:
      return choice();
    case TokenKind::kFor:
      return loop();
    case TokenKind::kSome:
      return quantified(true);
    case TokenKind::kEvery:
      return quantified(false);
    default:
      break;
  }
  NodePointer out = conjunction();
  while (now().kind == TokenKind::kOr) {
    const Token token = take();
    out = binary(Connective::kOr, token, std::move(out), conjunction());
  }
  return out;
}

NodePointer ExpressionParser::conjunction() {
  NodePointer out = comparison();
  while (now().kind == TokenKind::kAnd) {
    const Token token = take();
    out = binary(Connective::kAnd, token, std::move(out), comparison());
  }
  return out;
}

NodePointer ExpressionParser::comparison() {
  NodePointer left = additive();
  if (const auto comparison = comparison_of(now().kind)) {
    const Token token = take();
    return compared(*comparison, token, std::move(left), additive());
  }
  if (now().kind == TokenKind::kBetween) {
    const Token token = take();
    NodePointer low = additive();
    expect(TokenKind::kAnd, "'and'");
    NodePointer high = additive();
    for (const NodePointer& end : {low, high}) compared(Comparison::kLessEqual, token, left, end);
    return make_between(std::move(left), std::move(low), std::move(high));
  }
  if (accept(TokenKind::kIn)) return make_in(std::move(left), membership());
  return left;
}

NodePointer ExpressionParser::additive() {
  NodePointer out = multiplicative();
  while (now().kind == TokenKind::kPlus || now().kind == TokenKind::kMinus) {
    const Token token = take();
    const bool plus = token.kind == TokenKind::kPlus;
    out = binary(plus ? Arithmetic::kPlus : Arithmetic::kMinus, token, std::move(out),
                 multiplicative());
  }
  return out;
}

NodePointer ExpressionParser::multiplicative() {
  NodePointer out = power();
  while (now().kind == TokenKind::kTimes || now().kind == TokenKind::kDivide) {
    const Token token = take();
    const bool times = token.kind == TokenKind::kTimes;
    out = binary(times ? Arithmetic::kTimes : Arithmetic::kDivide, token, std::move(out), power());
  }
  return out;
}

NodePointer ExpressionParser::power() {
  NodePointer out = negation();
  while (now().kind == TokenKind::kPower) {
    const Token token = take();
    out = binary(Arithmetic::kPower, token, std::move(out), negation());
  }
  return out;
}

NodePointer ExpressionParser::negation() {
  if (now().kind != TokenKind::kMinus) return instance();
  const Level level(*this);
  const Token token = take();
  NodePointer operand = negation();
  const Type type = operand->type();
  if (type != Type::kDaysDuration && type != Type::kMonthsDuration)
    need(Type::kNumber, token, *operand, "its operand");
  return make_negation(std::move(operand));
}

NodePointer ExpressionParser::instance() {
  NodePointer out = postfix();
  if (!accept(TokenKind::kInstance)) return out;
  const std::size_t start = after_blanks(text_.text, position_);
  if (after_name(text_.text, start, "of") == start) refuse_at(start, "expected 'instance of'");
  position_ = start + 2;
  rescope();
  return make_instance_of(std::move(out), type_reference());
}

/// A type by name, or list<…>.
ItemTypePointer ExpressionParser::type_reference() {
  rescope();
  const Level level(*this);
  const std::size_t start = after_blanks(text_.text, position_);
  const std::string_view rest = std::string_view(text_.text).substr(start);
  if (rest.starts_with("list<") || rest.starts_with("range<")) {
    const bool is_list = rest.front() == 'l';
    position_ = start + (is_list ? 5 : 6);
    ItemType out{.name = is_list ? "list" : "range",
                 .kind = is_list ? Type::kList : Type::kRange,
                 .element = type_reference()};
    position_ = after_blanks(text_.text, position_);
    if (position_ >= text_.text.size() || text_.text[position_] != '>')
      refuse_at(position_, "expected '>'");
    ++position_;
    rescope();
    return std::make_shared<const ItemType>(std::move(out));
  }
  std::size_t best = start;
  ItemTypePointer found;
  const ItemTypes none;
  const ItemTypes& types = scope_.layout().types != nullptr ? *scope_.layout().types : none;
  for (std::size_t end = after_word(text_.text, start); end > start;) {
    const std::string name = with_single_blanks(text_.text.substr(start, end - start));
    ItemTypePointer type = types.find(name);
    if (type != nullptr || name == "Any" || name == "Null") {
      best = end;
      found = name == "Null"    ? std::make_shared<const ItemType>(ItemType{.name = "Null"})
              : type != nullptr ? std::move(type)
                                : nullptr;
    }
    const std::size_t next = after_blanks(text_.text, end);
    const std::size_t next_end = after_word(text_.text, next);
    if (next_end == next) break;
    end = next_end;
  }
  if (best == start)
    refuse_at(start, fmt::format("unknown type '{}'",
                                 text_.text.substr(start, after_word(text_.text, start) - start)));
  position_ = best;
  return found;
}

NodePointer ExpressionParser::postfix() {
  const std::size_t start = now().offset;
  NodePointer out = primary();
  while (true) {
    if (now().kind == TokenKind::kDot) {
      out = path(std::move(out), start);
    } else if (now().kind == TokenKind::kOpenBracket && !in_range_end_) {
      out = filter(std::move(out));
    } else {
      return out;
    }
  }
}

NodePointer ExpressionParser::primary() {
  switch (now().kind) {
    case TokenKind::kLiteral:
      return make_literal(take().value);
    case TokenKind::kName:
      return name();
    case TokenKind::kMember:
      return member();
    case TokenKind::kBuiltin:
      return builtin();
    case TokenKind::kOpenParenthesis:
      return parenthesized();
    case TokenKind::kOpenBracket:
    case TokenKind::kCloseBracket:
      return list_or_range();
    case TokenKind::kOpenBrace:
      return context();
    case TokenKind::kAt:
      return at_literal();
    case TokenKind::kFunction:
      refuse_at(now().offset,
                "functions within expressions are refused; use a business knowledge model");
    case TokenKind::kQuestion: {
      const Token token = take();
      if (!input_slot_) refuse_at(token.offset, "'?' has a meaning in unary tests only");
      asks_input_ = true;
      return make_local(*input_slot_, input_, nullptr);
    }
    case TokenKind::kNot: {
      const Token token = take();
      if (now().kind != TokenKind::kOpenParenthesis) refuse_expected("'(' after 'not'");
      NodePointer operand = parenthesized();
      need(Type::kBoolean, token, *operand, "its operand");
      return make_not(std::move(operand));
    }
    default:
      refuse_expected("a value");
  }
}

NodePointer parse_expression(const Text& text, Scope& scope) {
  return ExpressionParser(text, scope).whole_expression();
}

ParsedTests parse_unary_tests(const Text& text, Scope& scope, Type input, std::size_t input_slot) {
  return ExpressionParser(text, scope, input, input_slot).whole_unary_tests();
}

}  // namespace reckoner::rules
