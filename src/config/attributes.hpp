#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/xml.hpp"
#include "money/decimal.hpp"

namespace reckoner::config {

// Typed attributes. Each throws Error("file:line: attribute 'x' of y …") for a text that is
// refused.

/// A required name: a letter, then letters, digits, '-', '_' and '.', 64 characters at most.
std::string name_attribute(const Element& element, std::string_view name);

/// A title for people; `fallback` when it is missing.
std::string title_attribute(const Element& element, std::string fallback);

/// A whole number in [lowest, highest].
int integer_attribute(const Element& element, std::string_view name, int lowest, int highest,
                      int fallback);

/// A number such as 12 or 0.05, without sign and exponent.
money::Decimal number_attribute(const Element& element, std::string_view name);

/// One of `choices`, as its index; `fallback` when it is missing.
std::size_t choice_attribute(const Element& element, std::string_view name,
                             std::span<const std::string_view> choices, std::size_t fallback);

/// Throws Error about this attribute: "file:line: attribute 'x' of y: reason".
[[noreturn]] void fail_attribute(const Element& element, std::string_view name,
                                 std::string_view reason);

/// "billing-config.xml:9", for messages that name a second place.
std::string to_string(const domain::Place& place);

}  // namespace reckoner::config
