#pragma once

// Inside of web: texts as they stand in URLs.

#include <optional>
#include <string>
#include <string_view>

namespace reckoner::web {

enum class Plus { kIsItself, kIsBlank };

/// The text with its escapes ("%41") replaced, once. None for an escape that is none, and for what
/// is not UTF-8 or has a zero byte afterwards.
std::optional<std::string> percent_decoded(std::string_view text, Plus plus);

/// The text as a part of a URL: all but letters, digits, '-', '.', '_' and '~' as escapes.
std::string percent_encoded(std::string_view text);

}  // namespace reckoner::web
