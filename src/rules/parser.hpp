#pragma once

#include <vector>

#include "rules/scope.hpp"
#include "rules/tree.hpp"

namespace reckoner::rules {

/// Longer texts are refused, and so is whatever is nested deeper: recursion stays within the stack.
constexpr std::size_t kTextBytesMax = 10'000;
constexpr int kNestingMax = 100;

/// A whole text as an expression. From weak to strong: if, for, some, every · or · and · one
/// comparison, between, in · + - · * / · ** · unary minus · instance of · path, filter, call ·
/// literal, name, parentheses, list, context, range. Operators of one strength go from left to
/// right, so that 2 ** 3 ** 2 = 64; unary minus is stronger, so that -2 ** 2 = 4: both as the
/// grammar of FEEL has it (DMN 1.3, "arithmetic expression"). Throws Error "file:line: reason" for
/// a text that is none and for kinds that cannot meet, such as 1 < "a". Variables of the text get
/// slots of the scope's layout.
NodePointer parse_expression(const Text& text, Scope& scope);

/// A whole text as unary tests of an input of type `input`, which "?" means and which is then found
/// in the local `input_slot`. "-" and an empty text mean any value.
ParsedTests parse_unary_tests(const Text& text, Scope& scope, Type input, std::size_t input_slot);

/// The function of the model or of the language that the text names, called with arguments by
/// name. Throws Error for an unknown function and for arguments that are not its own.
struct NamedArgument {
  std::string name;
  NodePointer value;
  Source source;
};
NodePointer parse_invocation(const Text& function, std::vector<NamedArgument> arguments,
                             Scope& scope);

}  // namespace reckoner::rules
