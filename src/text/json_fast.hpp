#pragma once

// Inside of text: the fast way into the same trees.

#include <optional>
#include <string_view>

#include "text/json.hpp"

namespace reckoner::text {

/// The tree of a text that is an array or object without anything unusual; none for everything
/// else, right or wrong: that is for the careful parser, whose messages have places. Gives exactly
/// what that one would. May be called by several threads.
std::optional<Json> parse_json_fast(std::string_view text);

}  // namespace reckoner::text
