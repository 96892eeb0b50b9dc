#include <algorithm>
#include <optional>

#include "rules/functions.hpp"

namespace reckoner::rules {

namespace {

using Arguments = std::span<const Value>;

bool is_tail(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Where each character begins, and the end of the text behind the last.
std::vector<std::size_t> starts_of(std::string_view text) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!is_tail(text[i])) out.push_back(i);
  out.push_back(text.size());
  return out;
}

/// A number cut to a whole one, within ±10^9.
std::optional<std::int64_t> position_of(const Value& value) {
  const Decimal* number = value.number();
  constexpr int kMax = 1'000'000'000;
  if (number == nullptr) return std::nullopt;
  if (number->abs() > Decimal(kMax)) return number->sign() * kMax;
  const Decimal whole = money::round(*number, 0, money::Rounding::kTowardZero);
  money::Int128 out = whole.coefficient();
  for (int scale = whole.scale(); scale > 0; --scale) out /= 10;
  return static_cast<std::int64_t>(out);
}

Value substring(Arguments arguments) {
  const std::string* text = arguments[0].string();
  const auto start = position_of(arguments[1]);
  if (text == nullptr || !start || *start == 0) return {};
  const std::vector<std::size_t> starts = starts_of(*text);
  const auto count = static_cast<std::int64_t>(starts.size()) - 1;
  const std::int64_t first = *start > 0 ? *start - 1 : count + *start;
  std::int64_t length = count;
  if (arguments.size() == 3) {
    const auto given = position_of(arguments[2]);
    if (!given) return {};
    length = *given;
  }
  if (first < 0 || first >= count || length < 1) return "";
  const std::int64_t last = std::min(count, first + length);
  const std::size_t from = starts[static_cast<std::size_t>(first)];
  return text->substr(from, starts[static_cast<std::size_t>(last)] - from);
}

Value string_length(Arguments arguments) {
  const std::string* text = arguments[0].string();
  return text != nullptr ? Value(static_cast<int>(starts_of(*text).size()) - 1) : Value();
}

/// Of A to Z and of the accented letters of Latin-1; others have no case here.
Value with_case(const Value& value, bool upper) {
  if (value.string() == nullptr) return {};
  std::string out = *value.string();
  for (std::size_t i = 0; i < out.size(); ++i) {
    char& c = out[i];
    const char first = upper ? 'a' : 'A';
    const char last = upper ? 'z' : 'Z';
    constexpr char kDistance = 'a' - 'A';
    if (c >= first && c <= last) {
      c = static_cast<char>(upper ? c - kDistance : c + kDistance);
    } else if (i > 0 && out[i - 1] == '\xC3') {
      const auto low = static_cast<unsigned char>(c);
      const bool other_case = upper ? low >= 0xA0 && low <= 0xBE && low != 0xB7
                                    : low >= 0x80 && low <= 0x9E && low != 0x97;
      if (other_case) c = static_cast<char>(upper ? low - kDistance : low + kDistance);
    }
  }
  return out;
}

Value upper_case(Arguments arguments) {
  return with_case(arguments[0], true);
}

Value lower_case(Arguments arguments) {
  return with_case(arguments[0], false);
}

/// Calls `make` with two texts; null for anything else.
template <typename Make>
Value of_two_texts(Arguments arguments, Make make) {
  const std::string* text = arguments[0].string();
  const std::string* match = arguments[1].string();
  return text != nullptr && match != nullptr ? Value(make(*text, *match)) : Value();
}

Value substring_before(Arguments arguments) {
  return of_two_texts(arguments, [](const std::string& text, const std::string& match) {
    const std::size_t found = text.find(match);
    return found == std::string::npos ? std::string() : text.substr(0, found);
  });
}

Value substring_after(Arguments arguments) {
  return of_two_texts(arguments, [](const std::string& text, const std::string& match) {
    const std::size_t found = text.find(match);
    return found == std::string::npos ? std::string() : text.substr(found + match.size());
  });
}

Value contains_text(Arguments arguments) {
  return of_two_texts(arguments, [](const std::string& text, const std::string& match) {
    return text.find(match) != std::string::npos;
  });
}

Value starts_with(Arguments arguments) {
  return of_two_texts(arguments, [](const std::string& text, const std::string& match) {
    return text.starts_with(match);
  });
}

Value ends_with(Arguments arguments) {
  return of_two_texts(arguments, [](const std::string& text, const std::string& match) {
    return text.ends_with(match);
  });
}

Value string_join(Arguments arguments) {
  const Value::Items* items = arguments[0].list();
  std::string delimiter;
  if (arguments.size() == 2 && !arguments[1].is_null()) {
    if (arguments[1].string() == nullptr) return {};
    delimiter = *arguments[1].string();
  }
  if (arguments[0].string() != nullptr) return arguments[0];
  if (items == nullptr) return {};
  std::string out;
  bool first = true;
  for (const Value& item : *items) {
    if (item.is_null()) continue;
    if (item.string() == nullptr) return {};
    if (!first) out += delimiter;
    first = false;
    out += *item.string();
    if (out.size() > kStringBytesMax) return Value(std::move(out));  // refuses it
  }
  return out;
}

}  // namespace

std::vector<Builtin> string_builtins() {
  return {
      {"substring", {"string", "start position", "length"}, 2, Type::kString, substring},
      {"string length", {"string"}, 1, Type::kNumber, string_length},
      {"upper case", {"string"}, 1, Type::kString, upper_case},
      {"lower case", {"string"}, 1, Type::kString, lower_case},
      {"substring before", {"string", "match"}, 2, Type::kString, substring_before},
      {"substring after", {"string", "match"}, 2, Type::kString, substring_after},
      {"contains", {"string", "match"}, 2, Type::kBoolean, contains_text},
      {"starts with", {"string", "match"}, 2, Type::kBoolean, starts_with},
      {"ends with", {"string", "match"}, 2, Type::kBoolean, ends_with},
      {"string join", {"list", "delimiter"}, 1, Type::kString, string_join},
  };
}

}  // namespace reckoner::rules
