#include "meters/value_expression.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "rules/lexer.hpp"

namespace reckoner::meters {

namespace {
using Kind = text::Json::Kind;

constexpr std::string_view kWholeData = "data";

/// The words of the text that may be names of members: not within a string, not behind a dot, no
/// words of the language, no functions.
std::vector<std::string> member_names(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
      }
      ++at;
      continue;
    }
    const bool behind_dot = at > 0 && text[at - 1] == '.';
    const bool in_number = text[at] >= '0' && text[at] <= '9';
    if (!rules::is_name_start(text[at]) && !in_number) {
      ++at;
      continue;
    }
    const std::size_t end = std::max(rules::after_word(text, at), at + 1);
    const std::string_view word = text.substr(at, end - at);
    at = end;
    const std::size_t next = rules::after_blanks(text, end);
    const bool is_call = next < text.size() && text[next] == '(';
    if (behind_dot || in_number || is_call || rules::is_keyword(word)) continue;
    if (std::find(names.begin(), names.end(), word) == names.end()) names.emplace_back(word);
  }
  return names;
}

rules::Value value_of(const text::Json& json) {
  switch (json.kind()) {
    case Kind::kNull:
      return {};
    case Kind::kBoolean:
      return json.as_boolean();
    case Kind::kNumber: {
      const auto number = money::Decimal::try_parse(json.as_number());
      if (!number) {
        throw Error(fmt::format("{} is not a decimal number of up to {} digits",
                                json.as_number().substr(0, 60), money::Decimal::kDigitsMax));
      }
      return *number;
    }
    case Kind::kString:
      return json.as_string();
    case Kind::kArray: {
      rules::Value::Items items;
      for (const text::Json& item : json.as_array()) items.push_back(value_of(item));
      return rules::Value::list(std::move(items));
    }
    case Kind::kObject: {
      rules::Value::Entries entries;
      for (const text::Json::Member& member : json.as_object()) {
        entries.push_back({member.name, value_of(member.value)});
      }
      return rules::Value::context(std::move(entries));
    }
  }
  throw Bug("a kind of JSON value without a value");
}
}  // namespace

ValueExpression ValueExpression::compile(const rules::Text& text) {
  rules::FactNames facts;
  for (const std::string& name : member_names(text.text)) facts.add(name, rules::Type::kAny);
  return {rules::Expression::compile(text, facts), facts.names()};
}

rules::Value ValueExpression::evaluate(const text::Json& data) const {
  rules::Facts facts(names_.size());
  for (std::size_t slot = 0; slot < names_.size(); ++slot) {
    if (names_[slot] == kWholeData) {
      facts[slot] = value_of(data);
    } else if (const text::Json* member = data.find(names_[slot])) {
      facts[slot] = value_of(*member);
    }
  }
  return expression_.evaluate(facts);
}

}  // namespace reckoner::meters
