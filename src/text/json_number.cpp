#include "text/json_number.hpp"

#include <algorithm>
#include <charconv>

#include "text/json.hpp"

namespace reckoner::text {
namespace {

std::string_view take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<JsonNumber> split_json_number(std::string_view text) {
  JsonNumber parts;
  parts.negative = take_char(text, "-");
  parts.whole = take_digits(text);
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole.front() == '0')) return {};
  if (take_char(text, ".")) {
    parts.fraction = take_digits(text);
    if (parts.fraction.empty()) return {};
  }
  if (take_char(text, "eE")) {
    const bool negative = text.starts_with('-');
    take_char(text, "+-");
    const std::string_view digits = take_digits(text);
    if (digits.empty()) return {};
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), parts.exponent);
    parts.exponent_fits = read.ec == std::errc() && parts.exponent <= kJsonExponentMax;
    if (negative) parts.exponent = -parts.exponent;
  }
  if (!text.empty()) return {};
  return parts;
}

std::string canonical_number(std::string_view literal) {
  const JsonNumber parts = *split_json_number(literal);
  std::string digits = std::string(parts.whole).append(parts.fraction);
  auto point = static_cast<std::ptrdiff_t>(parts.whole.size()) + parts.exponent;
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  digits.erase(0, first);
  point -= static_cast<std::ptrdiff_t>(first);
  digits.erase(digits.find_last_not_of('0') + 1);
  const auto size = static_cast<std::ptrdiff_t>(digits.size());
  const auto zeros = [](std::ptrdiff_t count) {
    return std::string(static_cast<std::size_t>(count), '0');
  };
  if (point <= 0) {
    digits.insert(0, "0." + zeros(-point));
  } else if (point >= size) {
    digits += zeros(point - size);
  } else {
    digits.insert(static_cast<std::size_t>(point), 1, '.');
  }
  return parts.negative ? "-" + digits : digits;
}

}  // namespace reckoner::text
