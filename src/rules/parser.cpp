#include "rules/parser.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "rules/lexer.hpp"

namespace reckoner::rules {

namespace {

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

/// Recursive descent: one function for each strength of the grammar.
class Parser {
 public:
  Parser(const Text& text, const FactNames& names, Type input = Type::kAny)
      : text_(text), names_(names), input_(input) {
    if (text.text.size() > kTextBytesMax)
      refuse(text, 0, fmt::format("a text has at most {} characters", kTextBytesMax));
    tokens_ = tokens_of(text, names);
  }

  NodePointer whole_expression() {
    NodePointer out = expression();
    expect(TokenKind::kEnd, "the end");
    return out;
  }

  ParsedTests whole_unary_tests() {
    ParsedTests out;
    if (accept(TokenKind::kEnd) || is_dash()) {
      out.any = true;
      return out;
    }
    out.negated = accept(TokenKind::kNot);
    if (out.negated) expect(TokenKind::kOpenParenthesis, "'('");
    do out.tests.push_back(positive_test());
    while (accept(TokenKind::kComma));
    if (out.negated) expect(TokenKind::kCloseParenthesis, "')'");
    expect(TokenKind::kEnd, "',' or the end");
    return out;
  }

 private:
  /// Keeps the recursion within the stack.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kNestingMax)
        parser_.refuse_at(parser_.now(), fmt::format("nested deeper than {} levels", kNestingMax));
    }
    ~Level() { --parser_.nesting_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  const Token& now() const { return tokens_[at_]; }

  const Token& take() { return tokens_[at_++]; }

  bool accept(TokenKind kind) {
    if (now().kind != kind) return false;
    if (kind != TokenKind::kEnd) ++at_;
    return true;
  }

  void expect(TokenKind kind, std::string_view what) {
    if (!accept(kind)) refuse_expected(what);
  }

  [[noreturn]] void refuse_at(const Token& token, const std::string& reason) const {
    refuse(text_, token.offset, reason);
  }

  [[noreturn]] void refuse_expected(std::string_view what) const {
    const bool at_end = now().kind == TokenKind::kEnd;
    refuse_at(now(), at_end ? fmt::format("expected {}, but the text ends", what)
                            : fmt::format("expected {}, but found '{}'", what, now().text));
  }

  bool is_dash() const {
    return now().kind == TokenKind::kMinus && tokens_[at_ + 1].kind == TokenKind::kEnd;
  }

  /// Refuses an operand that cannot be of the type the operator needs.
  void need(Type expected, const Token& token, const Node& operand, std::string_view side) const {
    if (!may_be(operand.type(), expected))
      refuse_at(token, fmt::format("'{}' needs {}s, but {} is a {}", token.text, name_of(expected),
                                   side, name_of(operand.type())));
  }

  NodePointer binary(Arithmetic operation, const Token& token, NodePointer left,
                     NodePointer right) const {
    need(Type::kNumber, token, *left, "its left side");
    need(Type::kNumber, token, *right, "its right side");
    return make_arithmetic(operation, std::move(left), std::move(right));
  }

  NodePointer binary(Logic operation, const Token& token, NodePointer left,
                     NodePointer right) const {
    need(Type::kBoolean, token, *left, "its left side");
    need(Type::kBoolean, token, *right, "its right side");
    return make_logic(operation, std::move(left), std::move(right));
  }

  NodePointer expression() {
    const Level level(*this);
    NodePointer out = conjunction();
    while (now().kind == TokenKind::kOr) {
      const Token& token = take();
      out = binary(Logic::kOr, token, std::move(out), conjunction());
    }
    return out;
  }

  NodePointer conjunction() {
    NodePointer out = comparison();
    while (now().kind == TokenKind::kAnd) {
      const Token& token = take();
      out = binary(Logic::kAnd, token, std::move(out), comparison());
    }
    return out;
  }

  NodePointer comparison() {
    NodePointer left = additive();
    const auto comparison = comparison_of(now().kind);
    if (!comparison) return left;
    const Token& token = take();
    NodePointer right = additive();
    if (!may_be(left->type(), right->type()))
      refuse_at(token, fmt::format("'{}' compares a {} with a {}", token.text,
                                   name_of(left->type()), name_of(right->type())));
    if (!is_equality(*comparison) && (!has_order(left->type()) || !has_order(right->type())))
      refuse_at(token, fmt::format("'{}' needs an order, and booleans have none", token.text));
    return make_comparison(*comparison, std::move(left), std::move(right));
  }

  NodePointer additive() {
    NodePointer out = multiplicative();
    while (now().kind == TokenKind::kPlus || now().kind == TokenKind::kMinus) {
      const Token& token = take();
      const bool plus = token.kind == TokenKind::kPlus;
      out = binary(plus ? Arithmetic::kPlus : Arithmetic::kMinus, token, std::move(out),
                   multiplicative());
    }
    return out;
  }

  NodePointer multiplicative() {
    NodePointer out = power();
    while (now().kind == TokenKind::kTimes || now().kind == TokenKind::kDivide) {
      const Token& token = take();
      const bool times = token.kind == TokenKind::kTimes;
      out =
          binary(times ? Arithmetic::kTimes : Arithmetic::kDivide, token, std::move(out), power());
    }
    return out;
  }

  NodePointer power() {
    NodePointer out = negation();
    while (now().kind == TokenKind::kPower) {
      const Token& token = take();
      out = binary(Arithmetic::kPower, token, std::move(out), negation());
    }
    return out;
  }

  NodePointer negation() {
    if (now().kind != TokenKind::kMinus) return primary();
    const Level level(*this);
    const Token& token = take();
    NodePointer operand = negation();
    need(Type::kNumber, token, *operand, "its operand");
    return make_negation(std::move(operand));
  }

  NodePointer primary() {
    switch (now().kind) {
      case TokenKind::kLiteral:
        return make_literal(take().value);
      case TokenKind::kName: {
        const std::size_t slot = take().slot;
        return make_fact(slot, names_.type(slot));
      }
      case TokenKind::kOpenParenthesis:
        return parenthesized();
      case TokenKind::kNot: {
        const Token& token = take();
        if (now().kind != TokenKind::kOpenParenthesis) refuse_expected("'(' after 'not'");
        NodePointer operand = parenthesized();
        need(Type::kBoolean, token, *operand, "its operand");
        return make_not(std::move(operand));
      }
      default:
        refuse_expected("a value");
    }
  }

  NodePointer parenthesized() {
    expect(TokenKind::kOpenParenthesis, "'('");
    NodePointer out = expression();
    expect(TokenKind::kCloseParenthesis, "')'");
    return out;
  }

  TestPointer positive_test() {
    if (begins_interval()) return interval();
    const Token& token = now();
    const auto comparison = comparison_of(token.kind);
    if (comparison) ++at_;
    NodePointer operand = endpoint();
    if (comparison && !is_equality(*comparison)) need_order(token, operand->type());
    return make_comparison_test(comparison.value_or(Comparison::kEqual), std::move(operand));
  }

  /// '[' and ']' always begin one; '(' does when ".." stands between it and its ')'.
  bool begins_interval() const {
    if (now().kind == TokenKind::kOpenBracket || now().kind == TokenKind::kCloseBracket)
      return true;
    if (now().kind != TokenKind::kOpenParenthesis) return false;
    int open = 0;
    for (std::size_t i = at_; tokens_[i].kind != TokenKind::kEnd; ++i) {
      if (tokens_[i].kind == TokenKind::kOpenParenthesis) ++open;
      if (tokens_[i].kind == TokenKind::kCloseParenthesis && --open == 0) return false;
      if (tokens_[i].kind == TokenKind::kDots && open == 1) return true;
    }
    return false;
  }

  TestPointer interval() {
    const Token& token = take();
    Endpoint low{.value = endpoint(), .included = token.kind == TokenKind::kOpenBracket};
    need_order(token, low.value->type());
    expect(TokenKind::kDots, "'..'");
    Endpoint high{.value = endpoint(), .included = now().kind == TokenKind::kCloseBracket};
    need_order(token, high.value->type());
    if (!accept(TokenKind::kCloseBracket) && !accept(TokenKind::kCloseParenthesis))
      expect(TokenKind::kOpenBracket, "']', ')' or '['");
    refuse_empty(token, low, high);
    return make_interval_test(std::move(low), std::move(high));
  }

  void refuse_empty(const Token& token, const Endpoint& low, const Endpoint& high) const {
    const Value* from = low.value->literal();
    const Value* to = high.value->literal();
    if (from == nullptr || to == nullptr) return;
    const Ternary holds_values = compare(
        low.included && high.included ? Comparison::kLessEqual : Comparison::kLess, *from, *to);
    if (holds_values != true)
      refuse_at(token, fmt::format("no value lies in the interval from {} to {}", from->to_string(),
                                   to->to_string()));
  }

  NodePointer endpoint() {
    const Token& token = now();
    NodePointer out = additive();
    if (!may_be(out->type(), input_))
      refuse_at(token, fmt::format("the input is a {}, but {} is a {}", name_of(input_),
                                   out->literal() != nullptr ? out->literal()->to_string()
                                                             : fmt::format("'{}'", token.text),
                                   name_of(out->type())));
    return out;
  }

  void need_order(const Token& token, Type type) const {
    if (!has_order(type) || !has_order(input_))
      refuse_at(token, fmt::format("'{}' needs an order, and booleans have none", token.text));
  }

  const Text& text_;
  const FactNames& names_;
  Type input_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

NodePointer parse_expression(const Text& text, const FactNames& names) {
  return Parser(text, names).whole_expression();
}

ParsedTests parse_unary_tests(const Text& text, const FactNames& names, Type input) {
  return Parser(text, names, input).whole_unary_tests();
}

}  // namespace reckoner::rules
