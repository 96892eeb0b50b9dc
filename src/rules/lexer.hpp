#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rules/facts.hpp"
#include "rules/value.hpp"

namespace reckoner::rules {

enum class TokenKind {
  kEnd,
  kLiteral,  ///< a number, a string, true, false or null
  kName,     ///< of a fact
  kAnd,
  kOr,
  kNot,
  kPlus,
  kMinus,
  kTimes,
  kDivide,
  kPower,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kOpenParenthesis,
  kCloseParenthesis,
  kOpenBracket,
  kCloseBracket,
  kDots,
  kComma,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t offset = 0;  ///< in the text
  std::string text;        ///< as written; empty at the end
  Value value;             ///< of a literal
  std::size_t slot = 0;    ///< of a name
};

/// The tokens of a text, kEnd last. FEEL's names may contain blanks, dots and signs, so a text can
/// be split only with the names it may use at hand: the longest known name wins. Throws Error
/// "file:line: reason" for an unknown name (with the nearest known one), a string without its end,
/// and a character that begins nothing.
std::vector<Token> tokens_of(const Text& text, const FactNames& names);

/// Throws Error "file:line: reason", with the line of the character at `offset`.
[[noreturn]] void refuse(const Text& text, std::size_t offset, const std::string& reason);

bool is_blank(char c);
/// A letter, '_' or part of a character beyond ASCII.
bool is_name_start(char c);
/// true, false, null, and, or, not.
bool is_keyword(std::string_view word);

}  // namespace reckoner::rules
