#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reckoner::text {

/// The parts of a JSON number, as views into its literal.
struct JsonNumber {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;  ///< empty: none
  int exponent = 0;
  bool exponent_fits = true;  ///< false: beyond kJsonExponentMax, and `exponent` is not its value
};

/// Takes a literal apart by the grammar of RFC 8259, section 6; none when it is no number.
std::optional<JsonNumber> split_json_number(std::string_view literal);

/// The plain decimal of equal value: no exponent, no zeros at the end of the fraction, no "-0".
std::string canonical_number(std::string_view literal);

}  // namespace reckoner::text
