#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace reckoner::text {

/// The offset of the first byte that does not belong to well-formed UTF-8 (Unicode 15, table 3-7:
/// no overlong forms, no surrogates, nothing above U+10FFFF); none when the whole text is
/// well-formed.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// Throws Error ("invalid UTF-8 at byte 3", from 1) when the text is not well-formed.
void check_utf8(std::string_view text);

/// Number of code points of a well-formed text: its width on a terminal for the scripts without
/// wide letters.
std::size_t width(std::string_view text);

/// The longest beginning of a well-formed text that has at most so many bytes and whole characters.
std::string_view beginning(std::string_view text, std::size_t bytes_max);

/// The text with every control character (C0, DEL, C1) and every byte that is not UTF-8 replaced by
/// U+FFFD, so that a stored name can neither break a line nor drive the terminal it is printed on.
std::string printable(std::string_view text);

/// Fills with blanks to `columns`; a wider text is returned as it is.
std::string pad_left(std::string_view text, std::size_t columns);
std::string pad_right(std::string_view text, std::size_t columns);

}  // namespace reckoner::text
