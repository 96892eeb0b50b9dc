#include "rules/lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "rules/functions.hpp"

namespace reckoner::rules {

namespace {

struct Spelling {
  std::string_view text;
  TokenKind kind;
};

/// Longer spellings stand before those they begin with.
constexpr std::array kSymbols = {
    Spelling{"**", TokenKind::kPower},
    Spelling{"!=", TokenKind::kNotEqual},
    Spelling{"<=", TokenKind::kLessEqual},
    Spelling{">=", TokenKind::kGreaterEqual},
    Spelling{"..", TokenKind::kDots},
    Spelling{"+", TokenKind::kPlus},
    Spelling{"-", TokenKind::kMinus},
    Spelling{"*", TokenKind::kTimes},
    Spelling{"/", TokenKind::kDivide},
    Spelling{"=", TokenKind::kEqual},
    Spelling{"<", TokenKind::kLess},
    Spelling{">", TokenKind::kGreater},
    Spelling{"(", TokenKind::kOpenParenthesis},
    Spelling{")", TokenKind::kCloseParenthesis},
    Spelling{"[", TokenKind::kOpenBracket},
    Spelling{"]", TokenKind::kCloseBracket},
    Spelling{"{", TokenKind::kOpenBrace},
    Spelling{"}", TokenKind::kCloseBrace},
    Spelling{":", TokenKind::kColon},
    Spelling{".", TokenKind::kDot},
    Spelling{"@", TokenKind::kAt},
    Spelling{"?", TokenKind::kQuestion},
    Spelling{",", TokenKind::kComma},
};

constexpr std::array kWords = {
    Spelling{"true", TokenKind::kLiteral},
    Spelling{"false", TokenKind::kLiteral},
    Spelling{"null", TokenKind::kLiteral},
    Spelling{"and", TokenKind::kAnd},
    Spelling{"or", TokenKind::kOr},
    Spelling{"not", TokenKind::kNot},
    Spelling{"if", TokenKind::kIf},
    Spelling{"then", TokenKind::kThen},
    Spelling{"else", TokenKind::kElse},
    Spelling{"for", TokenKind::kFor},
    Spelling{"in", TokenKind::kIn},
    Spelling{"return", TokenKind::kReturn},
    Spelling{"some", TokenKind::kSome},
    Spelling{"every", TokenKind::kEvery},
    Spelling{"between", TokenKind::kBetween},
    Spelling{"satisfies", TokenKind::kSatisfies},
    Spelling{"instance", TokenKind::kInstance},
    Spelling{"function", TokenKind::kFunction},
};

const Spelling* word(std::string_view text) {
  const auto found = std::find_if(kWords.begin(), kWords.end(),
                                  [&](const Spelling& each) { return each.text == text; });
  return found == kWords.end() ? nullptr : found;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  const auto tail = [&](std::uint32_t shift) { byte(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    tail(0);
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    tail(6);
    tail(0);
  } else {
    byte(0xF0 | code_point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

class Lexer {
 public:
  Lexer(const Text& source, std::size_t offset, const Scope& scope)
      : source_(source), text_(source.text), scope_(scope), at_(after_blanks(text_, offset)) {}

  Token next() {
    const char c = at(at_);
    if (at_ == text_.size()) return token(TokenKind::kEnd, at_);
    if (is_digit(c) || (c == '.' && is_digit(at(at_ + 1)))) return number();
    if (c == '"') return string();
    if (is_name_start(c)) return name_or_word();
    for (const Spelling& symbol : kSymbols)
      if (text_.substr(at_).starts_with(symbol.text))
        return token(symbol.kind, at_ + symbol.text.size());
    refuse(source_, at_, fmt::format("'{}' has no meaning here", c));
  }

 private:
  char at(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  Token token(TokenKind kind, std::size_t end) const {
    return {.kind = kind,
            .offset = at_,
            .end = end,
            .text = std::string(text_.substr(at_, end - at_)),
            .value = {},
            .meaning = {},
            .is_member = false};
  }

  Token literal(Value value, std::size_t end) const {
    Token out = token(TokenKind::kLiteral, end);
    out.value = std::move(value);
    return out;
  }

  std::size_t after_digits(std::size_t position) const {
    while (is_digit(at(position))) ++position;
    return position;
  }

  Token number() {
    std::size_t end = after_digits(at_);
    if (at(end) == '.' && is_digit(at(end + 1))) end = after_digits(end + 1);
    if (at(end) == 'e' || at(end) == 'E') {
      const std::size_t power = end + (at(end + 1) == '-' || at(end + 1) == '+' ? 2 : 1);
      if (is_digit(at(power))) end = after_digits(power);
    }
    std::string digits(text_.substr(at_, end - at_));
    std::replace(digits.begin(), digits.end(), 'E', 'e');
    const auto value = Decimal::try_parse(digits);
    if (!value) refuse(source_, at_, fmt::format("the number {} does not fit 38 digits", digits));
    return literal(*value, end);
  }

  Token string() {
    std::string content;
    std::size_t position = at_ + 1;
    while (at(position) != '"') {
      if (position >= text_.size()) refuse(source_, at_, "the string that begins here has no end");
      if (at(position) == '\\') {
        position = escape(position, content);
      } else {
        content += text_[position++];
      }
    }
    return literal(std::move(content), position + 1);
  }

  /// Appends what the escape at `position` means and returns the position behind it.
  std::size_t escape(std::size_t position, std::string& out) const {
    const char c = at(position + 1);
    switch (c) {
      case 'n':
        out += '\n';
        return position + 2;
      case 'r':
        out += '\r';
        return position + 2;
      case 't':
        out += '\t';
        return position + 2;
      case '"':
      case '\'':
      case '\\':
        out += c;
        return position + 2;
      case 'u':
        return utf16_escape(position, out);
      case 'U':
        append_character(position, hexadecimal(position + 2, 6), out);
        return position + 8;
      default:
        refuse(source_, position,
               "a backslash in a string is followed by n, r, t, u, U, a quote or a backslash");
    }
  }

  /// \uXXXX, or two of them that are halves of one character.
  std::size_t utf16_escape(std::size_t position, std::string& out) const {
    const std::uint32_t unit = hexadecimal(position + 2, 4);
    const bool is_high = unit >= 0xD800 && unit < 0xDC00;
    if (!is_high || text_.substr(position + 6, 2) != "\\u") {
      append_character(position, unit, out);
      return position + 6;
    }
    const std::uint32_t low = hexadecimal(position + 8, 4);
    if (low < 0xDC00 || low > 0xDFFF)
      refuse(source_, position, "the \\u escape is half of a character");
    append_character(position, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), out);
    return position + 12;
  }

  void append_character(std::size_t position, std::uint32_t code_point, std::string& out) const {
    if (code_point >= 0xD800 && code_point <= 0xDFFF)
      refuse(source_, position, "the \\u escape is half of a character");
    if (code_point > 0x10FFFF) refuse(source_, position, "the \\U escape names no character");
    append_utf8(out, code_point);
  }

  std::uint32_t hexadecimal(std::size_t position, std::size_t digits) const {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = at(position + i);
      const auto value = std::string_view("0123456789abcdef")
                             .find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
      if (value == std::string_view::npos)
        refuse(source_, position, fmt::format("the escape needs {} hexadecimal digits", digits));
      out = out * 16 + static_cast<std::uint32_t>(value);
    }
    return out;
  }

  Token name_or_word() const {
    const std::size_t end = after_word(text_, at_);
    const Meaning* best = nullptr;
    std::size_t best_end = at_;
    for (const Meaning& meaning : scope_.meanings()) {
      const std::size_t name_end = after_name(text_, at_, meaning.name);
      if (name_end > at_ && name_end >= best_end) {
        best_end = name_end;
        best = &meaning;
      }
    }
    const auto [member, member_end] = member_name();
    const auto [builtin, builtin_end] = builtin_name();
    if (builtin_end > best_end ||
        (builtin_end == best_end && best != nullptr && best->kind != Meaning::Kind::kFunction)) {
      Token out = token(TokenKind::kBuiltin, builtin_end);
      out.text = builtin;
      return out;
    }
    if (member_end > best_end && member_end >= end && !is_keyword(member)) {
      Token out = token(TokenKind::kMember, member_end);
      out.text = member;
      return out;
    }
    if (best == nullptr || best_end < end) {
      if (const Spelling* keyword = word(text_.substr(at_, end - at_)))
        return keyword_token(*keyword, end);
      refuse_name();
    }
    Token out = token(TokenKind::kName, best_end);
    out.meaning = *best;
    out.is_member = member_end == best_end;
    return out;
  }

  struct Found {
    std::string name;
    std::size_t end;
  };

  Found member_name() const {
    Found out{"", at_};
    if (!scope_.in_filter()) return out;
    for (const std::string& name : scope_.layout().members)
      if (const std::size_t end = after_name(text_, at_, name); end > out.end) out = {name, end};
    return out;
  }

  Found builtin_name() const {
    Found out{"", at_};
    for (const std::string& name : builtin_names()) {
      const std::size_t end = after_name(text_, at_, name);
      if (end > out.end && at(after_blanks(text_, end)) == '(') out = {name, end};
    }
    return out;
  }

  Token keyword_token(const Spelling& keyword, std::size_t end) const {
    if (keyword.kind != TokenKind::kLiteral) return token(keyword.kind, end);
    return literal(keyword.text == "null" ? Value() : Value(keyword.text == "true"), end);
  }

  [[noreturn]] void refuse_name() const {
    const std::string_view name = words_at(text_, at_);
    std::vector<std::string> known = scope_.names();
    if (at(after_blanks(text_, at_ + name.size())) == '(') {
      known.insert(known.end(), builtin_names().begin(), builtin_names().end());
      refuse(source_, at_, fmt::format("unknown function '{}'{}", name, suggestion(name, known)));
    }
    refuse(source_, at_, fmt::format("unknown name '{}'{}", name, suggestion(name, known)));
  }

  const Text& source_;
  std::string_view text_;
  const Scope& scope_;
  std::size_t at_;
};

}  // namespace

Token token_at(const Text& text, std::size_t offset, const Scope& scope) {
  return Lexer(text, offset, scope).next();
}

std::size_t after_name(std::string_view text, std::size_t offset, std::string_view name) {
  std::size_t position = offset;
  for (const char c : name) {
    if (position == text.size()) return offset;
    if (c == ' ' ? !is_blank(text[position]) : text[position] != c) return offset;
    ++position;
    if (c == ' ') position = after_blanks(text, position);
  }
  return position < text.size() && is_name_part(text[position]) ? offset : position;
}

std::size_t after_word(std::string_view text, std::size_t offset) {
  while (offset < text.size() && is_name_part(text[offset])) ++offset;
  return offset;
}

std::size_t after_blanks(std::string_view text, std::size_t offset) {
  while (offset < text.size() && is_blank(text[offset])) ++offset;
  return offset;
}

std::string_view words_at(std::string_view text, std::size_t offset) {
  std::size_t end = offset;
  for (std::size_t at = offset; at < text.size() && is_name_start(text[at]);) {
    const std::size_t start = at;
    at = after_word(text, at);
    while (at + 1 < text.size() && text[at] == '.' && is_name_start(text[at + 1]))
      at = after_word(text, at + 1);
    if (start != offset && is_keyword(text.substr(start, at - start))) break;
    end = at;
    at = after_blanks(text, at);
  }
  return text.substr(offset, end - offset);
}

void refuse(const Text& text, std::size_t offset, const std::string& reason) {
  Source source = text.source;
  source.line += static_cast<int>(
      std::count(text.text.begin(), text.text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  std::string line = reason;
  for (char& c : line)
    if (is_blank(c)) c = ' ';
  throw Error(line).in(source.to_string());
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool is_keyword(std::string_view text) {
  return word(text) != nullptr;
}

}  // namespace reckoner::rules
