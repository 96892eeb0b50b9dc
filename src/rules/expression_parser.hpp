#pragma once

#include <string>
#include <vector>

#include "rules/parser_base.hpp"

namespace reckoner::rules {

/// Recursive descent: one function for each strength of the grammar. For the parser's files only.
class ExpressionParser : public TokenStream {
 public:
  ExpressionParser(const Text& text, Scope& scope, Type input = Type::kAny,
                   std::optional<std::size_t> input_slot = {})
      : TokenStream(text, scope), input_(input), input_slot_(input_slot) {}

  NodePointer whole_expression();
  ParsedTests whole_unary_tests();

 private:
  // Expressions (parser.cpp).
  NodePointer expression();
  NodePointer conjunction();
  NodePointer comparison();
  NodePointer additive();
  NodePointer multiplicative();
  NodePointer power();
  NodePointer negation();
  NodePointer instance();
  NodePointer postfix();
  NodePointer primary();
  NodePointer binary(Arithmetic operation, const Token& token, NodePointer left,
                     NodePointer right) const;
  NodePointer binary(Connective operation, const Token& token, NodePointer left,
                     NodePointer right) const;
  NodePointer compared(Comparison comparison, const Token& token, NodePointer left,
                       NodePointer right) const;
  void need(Type expected, const Token& token, const Node& operand, std::string_view side) const;
  ItemTypePointer type_reference();

  // Names, members and boxes (parser_terms.cpp).
  NodePointer name();
  NodePointer member();
  NodePointer path(NodePointer owner, std::size_t start);
  NodePointer filter(NodePointer owner);
  std::vector<Argument> arguments(const std::vector<std::string>& parameters);
  NodePointer builtin();
  NodePointer sort();
  NodePointer parenthesized();
  NodePointer list_or_range();
  NodePointer range_from(bool low_included, NodePointer low);
  NodePointer context();
  NodePointer at_literal();
  NodePointer choice();
  NodePointer loop();
  NodePointer quantified(bool any);
  std::vector<Iterator> iterators();

  // Unary tests (parser_tests.cpp).
  ParsedTests tests_of(Type input);
  ParsedTests membership();
  TestPointer positive_test(Type input);
  void need_fit(const Token& token, const Node& operand, Type input) const;
  void need_order(const Token& token, Type type, Type input) const;

  Type input_;
  std::optional<std::size_t> input_slot_;  ///< of "?"
  bool asks_input_ = false;                ///< "?" stands in the test at hand
  bool in_range_end_ = false;              ///< where '[' ends a range instead of beginning a filter
  std::vector<std::size_t> items_;         ///< the slots of the items of the filters around
};

std::optional<Comparison> comparison_of(TokenKind kind);
bool is_equality(Comparison comparison);
bool may_be(Type type, Type expected);

}  // namespace reckoner::rules
