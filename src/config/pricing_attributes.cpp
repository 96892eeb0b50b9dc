#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "config/attributes.hpp"
#include "config/pricing.hpp"

namespace reckoner::config {

bool yes_attribute(const Element& element, std::string_view name, bool fallback) {
  constexpr std::array<std::string_view, 2> kChoices{"yes", "no"};
  return choice_attribute(element, name, kChoices, fallback ? 0 : 1) == 0;
}

bool word_attribute(const Element& element, std::string_view name, std::string_view word) {
  if (!element.attribute(name)) return false;
  static_cast<void>(choice_attribute(element, name, std::span(&word, 1), 0));
  return true;
}

money::Decimal positive_attribute(const Element& element, std::string_view name) {
  const money::Decimal number = number_attribute(element, name);
  if (number.is_zero()) fail_attribute(element, name, "it must be above zero");
  return number;
}

std::optional<money::Decimal> optional_number(const Element& element, std::string_view name) {
  if (!element.attribute(name)) return std::nullopt;
  return number_attribute(element, name);
}

money::Decimal amount_attribute(const Element& element, std::string_view name,
                                money::Currency currency) {
  const money::Decimal amount = number_attribute(element, name);
  if (money::round(amount, currency.minor_digits(), money::Rounding::kTowardZero) != amount) {
    fail_attribute(element, name,
                   fmt::format("'{}' has more digits than {} ({})", element.required(name),
                               currency.code(), currency.minor_digits()));
  }
  return amount;
}

money::Decimal percent_attribute(const Element& element, std::string_view name, int highest) {
  const money::Decimal percent = number_attribute(element, name);
  if (percent > highest) {
    fail_attribute(element, name,
                   fmt::format("'{}' is above {} percent", element.required(name), highest));
  }
  return percent;
}

std::vector<std::string> words_attribute(const Element& element, std::string_view name) {
  const std::string text = element.required(name);
  std::vector<std::string> words;
  for (std::size_t at = text.find_first_not_of(' '); at != std::string::npos;) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    std::string word = text.substr(at, end - at);
    if (std::find(words.begin(), words.end(), word) != words.end()) {
      fail_attribute(element, name, fmt::format("'{}' is named twice", word));
    }
    words.push_back(std::move(word));
    at = text.find_first_not_of(' ', end);
  }
  if (words.empty()) fail_attribute(element, name, "it names nothing");
  return words;
}

std::optional<time::CalendarDuration> calendar_duration_attribute(const Element& element,
                                                                  std::string_view name) {
  if (!element.attribute(name)) return std::nullopt;
  const std::string text = element.required(name);
  try {
    return time::parse_calendar_duration(text);
  } catch (const Error&) {
    fail_attribute(element, name,
                   fmt::format("'{}' is not a length of calendar time such as P1M or P14D", text));
  }
}

std::optional<time::Date> date_attribute(const Element& element, std::string_view name) {
  if (!element.attribute(name)) return std::nullopt;
  const std::string text = element.required(name);
  try {
    return time::parse_date(text);
  } catch (const Error&) {
    fail_attribute(element, name, fmt::format("'{}' is not a day such as 2026-07-01", text));
  }
}

money::Currency currency_attribute(const Element& element,
                                   std::optional<money::Currency> fallback) {
  if (fallback && !element.attribute("currency")) return *fallback;
  const std::string code = element.required("currency");
  try {
    return money::Currency::of(code);
  } catch (const Error& error) {
    fail_attribute(element, "currency", error.what());
  }
}

Bounds read_bounds(const Element& element, money::Currency currency, const Bounds& inherited) {
  Bounds bounds = inherited;
  if (element.attribute("minimum")) {
    bounds.minimum = amount_attribute(element, "minimum", currency);
  }
  if (element.attribute("maximum")) {
    bounds.maximum = amount_attribute(element, "maximum", currency);
  }
  if (bounds.minimum && bounds.maximum && *bounds.minimum > *bounds.maximum) {
    element.fail(fmt::format("the minimum of {} ({}) is above its maximum ({})", element.name(),
                             bounds.minimum->to_string(), bounds.maximum->to_string()));
  }
  return bounds;
}

}  // namespace reckoner::config
