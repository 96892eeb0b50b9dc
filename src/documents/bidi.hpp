#pragma once

#include <string>
#include <string_view>

/// Texts of several directions beside one another, after the Unicode bidirectional algorithm
/// (UAX #9). Texts that run from left to right alone stay as they are.
namespace reckoner::documents {

/// Whether a well-formed text has a letter that is written from right to left.
bool has_right_to_left(std::string_view text);

/// A text that goes into another one: what it has from right to left does not turn its neighbours.
std::string isolated(std::string text);

/// A text whose parts follow one another from left to right, whatever it begins with.
std::string left_to_right(std::string_view text);

}  // namespace reckoner::documents
