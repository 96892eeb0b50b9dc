#include "metering/text_condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {

enum class Operator {
  kEqual,
  kNotEqual,
  kIn,
  kNotIn,
  kLike,
  kNotLike,
  kLikeAnyCase,
  kNotLikeAnyCase,
  kGreater,
  kGreaterOrEqual,
  kLess,
  kLessOrEqual,
  kAnd,
  kOr,
};

constexpr std::array<std::string_view, 14> kNames{"$eq",    "$ne",    "$in",     "$nin", "$like",
                                                  "$nlike", "$ilike", "$nilike", "$gt",  "$gte",
                                                  "$lt",    "$lte",   "$and",    "$or"};

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& sign : lower) {
    if (sign >= 'A' && sign <= 'Z') sign = static_cast<char>(sign - 'A' + 'a');
  }
  return lower;
}

/// The bytes of the character that begins a UTF-8 text.
std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
    ++length;
  }
  return length;
}

}  // namespace

bool matches_pattern(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  // Where the last % stands and what it has taken so far: it takes more when the rest fails.
  std::optional<std::size_t> last_any;
  std::size_t taken_until = 0;
  while (at < text.size()) {
    const bool any = in_pattern < pattern.size() && pattern[in_pattern] == '%';
    if (any) {
      last_any = in_pattern++;
      taken_until = at;
      continue;
    }
    if (in_pattern < pattern.size() && pattern[in_pattern] == '_') {
      at += character_length(text.substr(at));
      ++in_pattern;
      continue;
    }
    const bool escaped = in_pattern + 1 < pattern.size() && pattern[in_pattern] == '\\';
    const std::size_t sign = in_pattern + (escaped ? 1 : 0);
    if (sign < pattern.size() && pattern[sign] == text[at]) {
      ++at;
      in_pattern = sign + 1;
      continue;
    }
    if (!last_any) return false;
    taken_until += character_length(text.substr(taken_until));
    at = taken_until;
    in_pattern = *last_any + 1;
  }
  return pattern.find_first_not_of('%', in_pattern) == std::string_view::npos;
}

struct TextCondition::Node {
  Operator test;
  std::vector<std::string> texts = {};
  std::vector<TextCondition> parts = {};

  bool has(std::string_view text) const {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  }
  bool holds(std::string_view text) const;
};

bool TextCondition::Node::holds(std::string_view text) const {
  const auto part_holds = [&](const TextCondition& part) { return part.holds(text); };
  switch (test) {
    case Operator::kEqual:
    case Operator::kIn:
      return has(text);
    case Operator::kNotEqual:
    case Operator::kNotIn:
      return !has(text);
    case Operator::kLike:
      return matches_pattern(text, texts.front());
    case Operator::kNotLike:
      return !matches_pattern(text, texts.front());
    case Operator::kLikeAnyCase:
      return matches_pattern(in_lower_case(text), texts.front());
    case Operator::kNotLikeAnyCase:
      return !matches_pattern(in_lower_case(text), texts.front());
    case Operator::kGreater:
      return text > texts.front();
    case Operator::kGreaterOrEqual:
      return text >= texts.front();
    case Operator::kLess:
      return text < texts.front();
    case Operator::kLessOrEqual:
      return text <= texts.front();
    case Operator::kAnd:
      return std::all_of(parts.begin(), parts.end(), part_holds);
    case Operator::kOr:
      return std::any_of(parts.begin(), parts.end(), part_holds);
  }
  return false;
}

bool TextCondition::holds(std::string_view text) const {
  return node_->holds(text);
}

TextCondition TextCondition::one_of(std::vector<std::string> texts) {
  return TextCondition(std::make_shared<const Node>(Node{Operator::kIn, std::move(texts)}));
}

TextCondition TextCondition::parse(const text::Json& json) {
  using Kind = text::Json::Kind;
  if (json.kind() == Kind::kString) return one_of({json.as_string()});
  if (json.kind() != Kind::kObject) {
    throw Error(fmt::format("a condition is an object such as {{\"$eq\": \"a\"}}, not {}",
                            text::to_string(json.kind())));
  }
  std::vector<TextCondition> parts;
  for (const auto& [name, value] : json.as_object()) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) {
      throw Error(
          fmt::format("unknown operator '{}': there are {}", name, fmt::join(kNames, ", ")));
    }
    Node node{static_cast<Operator>(found - kNames.begin())};
    try {
      if (node.test == Operator::kAnd || node.test == Operator::kOr) {
        for (const text::Json& part : value.as_array()) node.parts.push_back(parse(part));
        if (node.parts.empty()) throw Error("there is nothing in it");
      } else if (node.test == Operator::kIn || node.test == Operator::kNotIn) {
        for (const text::Json& text : value.as_array()) node.texts.push_back(text.as_string());
      } else if (node.test == Operator::kLikeAnyCase || node.test == Operator::kNotLikeAnyCase) {
        node.texts.push_back(in_lower_case(value.as_string()));
      } else {
        node.texts.push_back(value.as_string());
      }
    } catch (Error& error) {
      error.in(name);
      throw;
    }
    parts.push_back(TextCondition(std::make_shared<const Node>(std::move(node))));
  }
  if (parts.empty()) throw Error("a condition has at least one operator");
  if (parts.size() == 1) return parts.front();
  return TextCondition(std::make_shared<const Node>(Node{Operator::kAnd, {}, std::move(parts)}));
}

}  // namespace reckoner::metering
