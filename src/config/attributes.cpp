#include "config/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "config/value.hpp"

namespace reckoner::config {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// digits[.digits], without superfluous zeros in front.
bool is_plain_number(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  return !whole.empty() && std::all_of(whole.begin(), whole.end(), is_digit) &&
         (whole.size() == 1 || whole.front() != '0') &&
         std::all_of(fraction.begin(), fraction.end(), is_digit) &&
         (point == text.size() || !fraction.empty());
}

}  // namespace

std::string name_attribute(const Element& element, std::string_view name) {
  std::string value = element.required(name);
  const bool valid = value.size() <= 64 && is_letter(value.front()) &&
                     std::all_of(value.begin(), value.end(), [](char c) {
                       return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
                     });
  if (!valid) {
    fail_attribute(element, name,
                   fmt::format("'{}' is not a name: a letter, then letters, digits, '-', '_' and "
                               "'.', 64 at most",
                               value));
  }
  return value;
}

std::string title_attribute(const Element& element, std::string fallback) {
  if (!element.attribute("title")) return fallback;
  std::string title = element.required("title");
  try {
    check_value(Kind::kText, title);
  } catch (const Error& error) {
    fail_attribute(element, "title", error.what());
  }
  return title;
}

int integer_attribute(const Element& element, std::string_view name, int lowest, int highest,
                      int fallback) {
  const std::optional<std::string> value = element.attribute(name);
  if (!value) return fallback;
  int number = 0;
  const char* const end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc() || stopped != end || number < lowest || number > highest) {
    fail_attribute(
        element, name,
        fmt::format("'{}' is not a whole number from {} to {}", *value, lowest, highest));
  }
  return number;
}

money::Decimal number_attribute(const Element& element, std::string_view name) {
  const std::string value = element.required(name);
  if (value.starts_with('-') && is_plain_number(std::string_view(value).substr(1))) {
    fail_attribute(element, name, fmt::format("'{}' is negative", value));
  }
  if (!is_plain_number(value)) {
    fail_attribute(element, name, fmt::format("'{}' is not a number such as 12 or 0.05", value));
  }
  const std::optional<money::Decimal> number = money::Decimal::try_parse(value);
  if (!number) fail_attribute(element, name, fmt::format("'{}' has too many digits", value));
  return *number;
}

std::size_t choice_attribute(const Element& element, std::string_view name,
                             std::span<const std::string_view> choices, std::size_t fallback) {
  const std::optional<std::string> value = element.attribute(name);
  if (!value) return fallback;
  try {
    check_value(Kind::kChoice, *value, choices);
  } catch (const Error& error) {
    fail_attribute(element, name, error.what());
  }
  return static_cast<std::size_t>(std::find(choices.begin(), choices.end(), *value) -
                                  choices.begin());
}

void fail_attribute(const Element& element, std::string_view name, std::string_view reason) {
  element.fail(fmt::format("attribute '{}' of {}: {}", name, element.name(), reason));
}

std::string to_string(const domain::Place& place) {
  return fmt::format("{}:{}", place.file, place.line);
}

}  // namespace reckoner::config
