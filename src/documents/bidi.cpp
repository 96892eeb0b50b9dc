#include "documents/bidi.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace reckoner::documents {

bool has_right_to_left(std::string_view text) {
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < length;) {
    UChar32 letter = 0;
    U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), at, length, letter);
    if (letter < 0) continue;
    const UCharDirection direction = u_charDirection(letter);
    if (direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC) return true;
  }
  return false;
}

std::string isolated(std::string text) {
  constexpr std::string_view kFirstStrongIsolate = "\u2068";
  constexpr std::string_view kPopIsolate = "\u2069";
  if (!has_right_to_left(text)) return text;
  return fmt::format("{}{}{}", kFirstStrongIsolate, text, kPopIsolate);
}

std::string left_to_right(std::string_view text) {
  constexpr std::string_view kMark = "\u200E";
  return fmt::format("{}{}", kMark, text);
}

}  // namespace reckoner::documents
