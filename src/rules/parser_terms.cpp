#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/suggest.hpp"
#include "rules/conversions.hpp"
#include "rules/expression_parser.hpp"

namespace reckoner::rules {

namespace {

/// A value while it lasts.
template <typename Variable>
class Restored {
 public:
  Restored(Variable& variable, Variable value)
      : variable_(variable), before_(std::exchange(variable, value)) {}
  ~Restored() { variable_ = before_; }
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;

 private:
  Variable& variable_;
  Variable before_;
};

/// Whether values of the type have members that a path could name.
bool has_members(Type type) {
  return type != Type::kBoolean && type != Type::kNumber && type != Type::kString;
}

}  // namespace

NodePointer ExpressionParser::name() {
  const Token token = take();
  const Meaning& meaning = token.meaning;
  if (meaning.kind == Meaning::Kind::kFunction) {
    if (now().kind != TokenKind::kOpenParenthesis)
      refuse_expected(fmt::format("'(' after the function '{}'", meaning.name));
    return bind_call(text_, token.offset, meaning.function,
                     arguments(parameter_names(*meaning.function)));
  }
  NodePointer out = meaning.kind == Meaning::Kind::kFact
                        ? make_fact(meaning.slot, meaning.type, meaning.item)
                        : make_local(meaning.slot, meaning.type, meaning.item);
  const bool may_be_member =
      token.is_member && !items_.empty() &&
      !(meaning.kind == Meaning::Kind::kLocal && meaning.slot >= items_.back());
  return may_be_member ? make_item_member(items_.back(), meaning.name, std::move(out)) : out;
}

NodePointer ExpressionParser::member() {
  return make_item_member(items_.back(), take().text, nullptr);
}

/// "." and a member: the longest one known, else a word.
NodePointer ExpressionParser::path(NodePointer owner, std::size_t start) {
  const Token dot = take();
  const std::string_view text = text_.text;
  const std::size_t begin = after_blanks(text, position_);
  if (!has_members(owner->type()))
    refuse_at(start, fmt::format("unknown name '{}'{}", words_at(text, start),
                                 suggestion(words_at(text, start), scope_.names())));
  std::size_t end = after_word(text, begin);
  std::string name(text.substr(begin, end - begin));
  const auto try_name = [&](std::string_view candidate) {
    if (const std::size_t after = after_name(text, begin, candidate); after > end) {
      end = after;
      name = candidate;
    }
  };
  for (const std::string& each : scope_.layout().members) try_name(each);
  for (const char* each : {"time offset", "start included", "end included"}) try_name(each);
  if (end == begin) refuse_at(dot.offset, "expected a name behind '.'");
  const ItemType* type = owner->item_type();
  if (type != nullptr && type->kind == Type::kList) type = type->element.get();
  if (type != nullptr && !type->components.empty() && type->component(name) == nullptr) {
    std::vector<std::string> known;
    for (const auto& [component, unused] : type->components) known.push_back(component);
    refuse_at(begin,
              fmt::format("'{}' has no entry '{}'{}", type->name, name, suggestion(name, known)));
  }
  position_ = end;
  rescope();
  return make_path(std::move(owner), std::move(name));
}

NodePointer ExpressionParser::filter(NodePointer owner) {
  const Level level(*this);
  take();
  const std::size_t mark = scope_.mark();
  const std::size_t slot = scope_.add("item", Type::kAny);
  scope_.enter_filter();
  items_.push_back(slot);
  rescope();
  const Restored range_end(in_range_end_, false);
  NodePointer condition = expression();
  scope_.leave_filter();
  items_.pop_back();
  scope_.forget(mark);
  rescope();
  expect(TokenKind::kCloseBracket, "']'");
  return make_filter(std::move(owner), std::move(condition), slot);
}

/// "(", arguments by position or by name, ")".
std::vector<Argument> ExpressionParser::arguments(const std::vector<std::string>& parameters) {
  const Level level(*this);
  const Restored range_end(in_range_end_, false);
  expect(TokenKind::kOpenParenthesis, "'('");
  std::vector<Argument> out;
  if (next_character() == ')') {
    take();
    return out;
  }
  do {
    const std::string_view text = text_.text;
    const std::size_t start = after_blanks(text, position_);
    std::string name;
    for (const std::string& each : parameters) {
      const std::size_t end = after_name(text, start, each);
      const std::size_t colon = after_blanks(text, end);
      if (end == start || colon >= text.size() || text[colon] != ':') continue;
      name = each;
      position_ = colon + 1;
      rescope();
      break;
    }
    if (!out.empty() && name.empty() != out.front().name.empty())
      refuse_at(start, "either all arguments have names or none has");
    out.push_back({std::move(name), expression(), start});
  } while (accept(TokenKind::kComma));
  expect(TokenKind::kCloseParenthesis, "',' or ')'");
  return out;
}

NodePointer ExpressionParser::builtin() {
  const Token token = take();
  if (token.text == "sort") return sort();
  if (token.text == "now" || token.text == "today")
    refuse_at(token.offset, fmt::format("'{}' would read the clock, and the same facts must give "
                                        "the same result; use a fact",
                                        token.text));
  return bind_call(text_, token.offset, token.text, arguments(parameter_names(token.text)));
}

/// sort(list, function(x, y) x < y): the one place where a function stands within an expression.
NodePointer ExpressionParser::sort() {
  const Level level(*this);
  expect(TokenKind::kOpenParenthesis, "'('");
  NodePointer list = expression();
  expect(TokenKind::kComma, "','");
  expect(TokenKind::kFunction, "'function'");
  expect(TokenKind::kOpenParenthesis, "'('");
  const std::size_t mark = scope_.mark();
  const std::string left = take_name_before(",", "a parameter");
  const std::string right = take_name_before(")", "a parameter");
  const std::size_t left_slot = scope_.add(left, Type::kAny);
  const std::size_t right_slot = scope_.add(right, Type::kAny);
  rescope();
  NodePointer precedes = expression();
  scope_.forget(mark);
  rescope();
  expect(TokenKind::kCloseParenthesis, "')'");
  return make_sort(std::move(list), left_slot, right_slot, std::move(precedes));
}

/// (expression), (low..high) or (> low).
NodePointer ExpressionParser::parenthesized() {
  const Restored range_end(in_range_end_, false);
  expect(TokenKind::kOpenParenthesis, "'('");
  if (const auto comparison = comparison_of(now().kind); comparison && !is_equality(*comparison)) {
    take();
    NodePointer end = additive();
    expect(TokenKind::kCloseParenthesis, "')'");
    const bool included =
        *comparison == Comparison::kLessEqual || *comparison == Comparison::kGreaterEqual;
    const bool is_low =
        *comparison == Comparison::kGreater || *comparison == Comparison::kGreaterEqual;
    return is_low ? make_range(std::move(end), included, nullptr, false)
                  : make_range(nullptr, false, std::move(end), included);
  }
  NodePointer out = expression();
  if (now().kind == TokenKind::kDots) return range_from(false, std::move(out));
  expect(TokenKind::kCloseParenthesis, "')'");
  return out;
}

NodePointer ExpressionParser::list_or_range() {
  const Level level(*this);
  const bool reversed = take().kind == TokenKind::kCloseBracket;
  std::vector<NodePointer> items;
  if (!reversed && accept(TokenKind::kCloseBracket)) return make_list({});
  {
    const Restored range_end(in_range_end_, false);
    items.push_back(expression());
    if (now().kind == TokenKind::kDots) return range_from(!reversed, std::move(items.front()));
    if (reversed) refuse_expected("'..'");
    while (accept(TokenKind::kComma)) items.push_back(expression());
  }
  expect(TokenKind::kCloseBracket, "',' or ']'");
  return make_list(std::move(items));
}

/// ".." and the rest.
NodePointer ExpressionParser::range_from(bool low_included, NodePointer low) {
  expect(TokenKind::kDots, "'..'");
  NodePointer high;
  {
    const Restored range_end(in_range_end_, true);
    high = additive();
  }
  const bool high_included = now().kind == TokenKind::kCloseBracket;
  if (!accept(TokenKind::kCloseBracket) && !accept(TokenKind::kCloseParenthesis))
    expect(TokenKind::kOpenBracket, "']', ')' or '['");
  return make_range(std::move(low), low_included, std::move(high), high_included);
}

NodePointer ExpressionParser::context() {
  const Level level(*this);
  const Restored range_end(in_range_end_, false);
  take();
  const std::size_t mark = scope_.mark();
  std::vector<EntryNode> entries;
  while (next_character() != '}') {
    const std::size_t start = after_blanks(text_.text, position_);
    std::string key;
    if (next_character() == '"') {
      key = *take().value.string();
      expect(TokenKind::kColon, "':'");
    } else {
      key = take_name_before(":", "the name of an entry and ':'");
    }
    const bool is_known = std::any_of(entries.begin(), entries.end(),
                                      [&](const EntryNode& entry) { return entry.name == key; });
    if (is_known) refuse_at(start, fmt::format("the entry '{}' is there twice", key));
    rescope();
    NodePointer value = expression();
    scope_.layout().members.insert(key);
    const Type type = value->type();
    const std::size_t slot = scope_.add(key, type);
    entries.push_back({std::move(key), slot, std::move(value)});
    if (!accept(TokenKind::kComma)) break;
  }
  scope_.forget(mark);
  rescope();
  expect(TokenKind::kCloseBrace, "',' or '}'");
  return make_context(std::move(entries));
}

/// @"2026-10-31": a date, time or duration.
NodePointer ExpressionParser::at_literal() {
  const Token at = take();
  const Token text = now();
  if (text.kind != TokenKind::kLiteral || text.value.string() == nullptr)
    refuse_expected("a text behind '@'");
  take();
  const Value value = temporal_from(*text.value.string());
  if (value.is_null())
    refuse_at(at.offset, fmt::format("{} is no date, time or duration", text.text));
  return make_literal(value);
}

NodePointer ExpressionParser::choice() {
  const Token token = take();
  NodePointer condition = expression();
  need(Type::kBoolean, token, *condition, "its condition");
  expect(TokenKind::kThen, "'then'");
  NodePointer then = expression();
  expect(TokenKind::kElse, "'else'");
  return make_choice(std::move(condition), std::move(then), expression());
}

std::vector<Iterator> ExpressionParser::iterators() {
  std::vector<Iterator> out;
  do {
    std::string name = take_name_before("in", "a variable and 'in'");
    NodePointer source = expression();
    NodePointer end = accept(TokenKind::kDots) ? expression() : nullptr;
    out.push_back({scope_.add(std::move(name), Type::kAny), std::move(source), std::move(end)});
    rescope();
  } while (accept(TokenKind::kComma));
  return out;
}

NodePointer ExpressionParser::loop() {
  take();
  const std::size_t mark = scope_.mark();
  std::vector<Iterator> over = iterators();
  const std::size_t partial = scope_.add("partial", Type::kList);
  rescope();
  expect(TokenKind::kReturn, "'return'");
  const std::size_t start = position_;
  NodePointer body = expression();
  const bool asks =
      text_.text.substr(start, position_ - start).find("partial") != std::string::npos;
  scope_.forget(mark);
  rescope();
  return make_for(std::move(over), std::move(body), asks ? std::optional(partial) : std::nullopt);
}

NodePointer ExpressionParser::quantified(bool any) {
  take();
  const std::size_t mark = scope_.mark();
  std::vector<Iterator> over = iterators();
  expect(TokenKind::kSatisfies, "'satisfies'");
  NodePointer condition = expression();
  scope_.forget(mark);
  rescope();
  return make_quantified(any, std::move(over), std::move(condition));
}

}  // namespace reckoner::rules
