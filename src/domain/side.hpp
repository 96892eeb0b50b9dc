#pragma once

#include <string_view>

namespace reckoner::domain {

/// The two halves of a billing period: what is due when it begins, and what is due when it has
/// ended. Stored as text ("advance", "arrears"); part of the line key.
enum class Side { kAdvance, kArrears };

std::string_view to_string(Side side);
/// Throws Error for an unknown word.
Side parse_side(std::string_view text);

}  // namespace reckoner::domain
