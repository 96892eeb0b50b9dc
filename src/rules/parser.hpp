#pragma once

#include <vector>

#include "rules/facts.hpp"
#include "rules/tree.hpp"

namespace reckoner::rules {

/// Longer texts are refused, and so are parentheses and signs nested deeper: recursion stays within
/// the stack.
constexpr std::size_t kTextBytesMax = 10'000;
constexpr int kNestingMax = 100;

/// A whole text as an expression. From weak to strong: or · and · one comparison · + - · * / · ** ·
/// unary minus · literal, name, parentheses, not( ). Operators of one strength go from left to
/// right, so that 2 ** 3 ** 2 = 64; unary minus is the strongest, so that -2 ** 2 = 4: both as the
/// grammar of FEEL has it (DMN 1.3, "arithmetic expression"). Throws Error "file:line: reason" for
/// a text that is none and for kinds that cannot meet, such as 1 < "a".
NodePointer parse_expression(const Text& text, const FactNames& names);

/// What a text of unary tests says: any value, or one of the tests holds, or (negated) none does.
struct ParsedTests {
  bool any = false;
  bool negated = false;
  std::vector<TestPointer> tests;
};

/// A whole text as unary tests of an input of type `input`. "-" and an empty text mean any value.
ParsedTests parse_unary_tests(const Text& text, const FactNames& names, Type input);

}  // namespace reckoner::rules
