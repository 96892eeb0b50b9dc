#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rules/facts.hpp"
#include "rules/scope.hpp"
#include "rules/value.hpp"

namespace reckoner::rules {

enum class TokenKind {
  kEnd,
  kLiteral,  ///< a number, a string, true, false or null
  kName,     ///< of a fact, a decision, a variable or a function of the model
  kMember,   ///< within a filter: of an entry of the item
  kBuiltin,  ///< of a function of the language; '(' follows
  kAnd,
  kOr,
  kNot,
  kIf,
  kThen,
  kElse,
  kFor,
  kIn,
  kReturn,
  kSome,
  kEvery,
  kSatisfies,
  kBetween,
  kInstance,
  kFunction,
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
  kOpenBrace,
  kCloseBrace,
  kColon,
  kDot,
  kDots,
  kAt,
  kQuestion,
  kComma,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t offset = 0;  ///< in the text
  std::size_t end = 0;     ///< behind it
  std::string text;        ///< as written; of names with single blanks; empty at the end
  Value value;             ///< of a literal
  Meaning meaning;         ///< of a name
  bool is_member = false;  ///< of a name within a filter: it may be an entry of the item, too
};

/// The first token at or behind `offset`, kEnd behind the last. FEEL's names may contain blanks,
/// dots and signs, so a text can be split only with the names it may use at hand: the longest known
/// name wins. Throws Error "file:line: reason" for an unknown name (with the nearest known one), a
/// string without its end, and a character that begins nothing.
Token token_at(const Text& text, std::size_t offset, const Scope& scope);

/// Where `name` ends if it stands at `offset`, else `offset`. A blank of the name matches any run
/// of blanks; a name ends where no letter or digit follows.
std::size_t after_name(std::string_view text, std::size_t offset, std::string_view name);
/// Where the word (letters, digits, '_') that begins at `offset` ends.
std::size_t after_word(std::string_view text, std::size_t offset);
std::size_t after_blanks(std::string_view text, std::size_t offset);
/// All the words that follow one another from `offset`, as far as none is a word of the language:
/// what somebody who wrote an unknown name meant.
std::string_view words_at(std::string_view text, std::size_t offset);

/// Throws Error "file:line: reason", with the line of the character at `offset`, on one
/// line whatever the reason quotes.
[[noreturn]] void refuse(const Text& text, std::size_t offset, const std::string& reason);

bool is_blank(char c);
/// A letter, '_' or part of a character beyond ASCII.
bool is_name_start(char c);
/// true, false, null, and, or, not, if, then, else, for, in, return, …
bool is_keyword(std::string_view word);

}  // namespace reckoner::rules
