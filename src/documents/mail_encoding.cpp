#include "documents/mail_encoding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::documents {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kWordBegin = "=?UTF-8?B?";
constexpr std::string_view kWordEnd = "?=";
constexpr std::size_t kWordMax = 75;  // RFC 2047, section 2

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Length of the longest start of the text with at most `bytes` bytes that ends between two code
/// points.
std::size_t whole_code_points(std::string_view text, std::size_t bytes) {
  std::size_t length = std::min(bytes, text.size());
  while (length < text.size() && length > 0 && is_continuation(text[length])) --length;
  return length;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= group.size() ? kAlphabet[bits >> (18U - 6U * i) & 63U] : '=';
    }
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const std::string_view rest = text.substr(at + 1);
    if (c == '\n' || (c == '\r' && rest.starts_with('\n'))) {
      if (c == '\r') ++at;
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool last_of_line = rest.empty() || rest.starts_with('\n') || rest.starts_with("\r\n");
    const bool blank = c == ' ' || c == '\t';
    const bool plain = blank ? !last_of_line : c > ' ' && c <= '~' && c != '=';
    if (column + (plain ? 1 : 3) >= kMailColumns) {  // the last column is for the soft line break
      out += "=\r\n";
      column = 0;
    }
    const std::string token = plain && !(c == '.' && column == 0)
                                  ? std::string(1, c)
                                  : fmt::format("={:02X}", static_cast<unsigned char>(c));
    out += token;
    column += token.size();
  }
  return out;
}

std::string encoded_words(std::string_view text, std::size_t column) {
  constexpr std::size_t kFrame = kWordBegin.size() + kWordEnd.size();
  std::string out;
  while (!text.empty()) {
    const std::size_t room = kMailColumns - std::min(column, kMailColumns - kFrame);
    const std::size_t bytes = (std::min(room, kWordMax) - kFrame) / 4 * 3;
    const std::size_t length = whole_code_points(text, bytes);
    if (length > 0) {
      out.append(kWordBegin).append(base64(text.substr(0, length))).append(kWordEnd);
      text.remove_prefix(length);
    }
    if (!text.empty()) out += "\r\n ";
    column = 1;
  }
  return out;
}

bool is_plain_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }) &&
         !text.starts_with(' ') && !text.ends_with(' ') &&
         text.find("=?") == std::string_view::npos;
}

}  // namespace reckoner::documents
