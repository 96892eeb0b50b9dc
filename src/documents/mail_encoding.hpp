#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reckoner::documents {

/// Longest line this folder writes into a message where it may break lines (RFC 5322, 2.1.1; RFC
/// 2045, 6.7).
inline constexpr std::size_t kMailColumns = 76;

/// Base64 with padding, in one line (RFC 4648, section 4).
std::string base64(std::string_view bytes);

/// Quoted-printable (RFC 2045, 6.7). LF and CRLF become CRLF; everything else comes out as it went
/// in. A dot at the start of a line is encoded, so that a transport that forgets to double it does
/// no harm.
std::string quoted_printable(std::string_view text);

/// RFC 2047 encoded words (UTF-8, B), broken between code points and folded with CRLF and a blank.
/// The first word starts at column `column` of its line.
std::string encoded_words(std::string_view text, std::size_t column);

/// True when the text may stand in a header as it is: printable ASCII, no blank at either end,
/// nothing that looks like an encoded word.
bool is_plain_header(std::string_view text);

}  // namespace reckoner::documents
