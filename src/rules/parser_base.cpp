#include "rules/parser_base.hpp"

#include <fmt/format.h>

namespace reckoner::rules {

TokenStream::TokenStream(const Text& text, Scope& scope) : text_(text), scope_(scope) {
  if (text.text.size() > kTextBytesMax)
    refuse(text, 0, fmt::format("a text has at most {} characters", kTextBytesMax));
}

TokenStream::Level::Level(TokenStream& stream) : stream_(stream) {
  if (stream.nesting_ == kNestingMax)
    stream.refuse_at(stream.now().offset, fmt::format("nested deeper than {} levels", kNestingMax));
  ++stream.nesting_;
}

const Token& TokenStream::now() {
  if (!token_) token_ = token_at(text_, position_, scope_);
  return *token_;
}

Token TokenStream::take() {
  Token out = now();
  position_ = out.end;
  token_.reset();
  return out;
}

bool TokenStream::accept(TokenKind kind) {
  if (now().kind != kind) return false;
  take();
  return true;
}

void TokenStream::expect(TokenKind kind, std::string_view what) {
  if (!accept(kind)) refuse_expected(what);
}

char TokenStream::next_character() const {
  const std::size_t at = after_blanks(text_.text, position_);
  return at < text_.text.size() ? text_.text[at] : '\0';
}

std::string TokenStream::take_name_before(std::string_view delimiter, std::string_view what) {
  rescope();
  const std::string_view text = text_.text;
  const std::size_t start = after_blanks(text, position_);
  const bool is_word = is_name_start(delimiter.front());
  std::size_t end = start;
  while (end < text.size()) {
    if (is_word ? after_name(text, end, delimiter) > end && end > start && is_blank(text[end - 1])
                : text.substr(end).starts_with(delimiter))
      break;
    const char c = text[end];
    const bool belongs = is_name_start(c) || is_blank(c) || (c >= '0' && c <= '9') ||
                         std::string_view("./-'+*").find(c) != std::string_view::npos;
    if (!belongs) break;
    ++end;
  }
  std::string name = with_single_blanks(text.substr(start, end - start));
  const bool found = end < text.size() && text.substr(end).starts_with(delimiter);
  if (!found || name.empty() || !is_name_start(name.front()) || is_keyword(name))
    refuse_at(start, fmt::format("expected {}", what));
  position_ = end + delimiter.size();
  return name;
}

void TokenStream::refuse_expected(std::string_view what) {
  const Token& token = now();
  const bool at_end = token.kind == TokenKind::kEnd;
  refuse_at(token.offset, at_end ? fmt::format("expected {}, but the text ends", what)
                                 : fmt::format("expected {}, but found '{}'", what, token.text));
}

}  // namespace reckoner::rules
