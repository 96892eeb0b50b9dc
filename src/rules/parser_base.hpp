#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/lexer.hpp"
#include "rules/parser.hpp"

/// What the parsers of expressions, calls and unary tests share. For the parser's files only.
namespace reckoner::rules {

/// A text with a position in it. The next token is read when it is asked for, since the names that
/// split the text change with the scope.
class TokenStream {
 public:
  TokenStream(const Text& text, Scope& scope);

 protected:
  /// Keeps the recursion within the stack.
  class Level {
   public:
    explicit Level(TokenStream& stream);
    ~Level() { --stream_.nesting_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    TokenStream& stream_;
  };

  const Token& now();
  Token take();
  bool accept(TokenKind kind);
  void expect(TokenKind kind, std::string_view what);
  /// To be called after the scope changed.
  void rescope() { token_.reset(); }

  /// The name in front of `delimiter` (":" or the word "in"), taken with the delimiter.
  std::string take_name_before(std::string_view delimiter, std::string_view what);

  /// The first one behind the last token that is no blank, without reading a token; 0 at the end.
  char next_character() const;

  [[noreturn]] void refuse_at(std::size_t offset, const std::string& reason) const {
    refuse(text_, offset, reason);
  }
  [[noreturn]] void refuse_expected(std::string_view what);

  const Text& text_;
  Scope& scope_;
  std::size_t position_ = 0;  ///< behind the last token taken

 private:
  std::optional<Token> token_;
  int nesting_ = 0;
};

/// An argument of a call: by position when it has no name.
struct Argument {
  std::string name;
  NodePointer value;
  std::size_t offset;
};

/// The call with its arguments in the order of the parameters. Throws Error at `offset` of the text
/// when no form of the function takes them.
NodePointer bind_call(const Text& text, std::size_t offset, const std::string& builtin,
                      std::vector<Argument> arguments);
NodePointer bind_call(const Text& text, std::size_t offset,
                      const std::shared_ptr<const Function>& function,
                      std::vector<Argument> arguments);
/// The names by which arguments of a call of it may be given.
std::vector<std::string> parameter_names(std::string_view builtin);
std::vector<std::string> parameter_names(const Function& function);

}  // namespace reckoner::rules
