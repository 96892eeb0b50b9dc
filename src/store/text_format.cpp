#include "store/text_format.hpp"

#include "base/hash.hpp"

namespace reckoner::store {

void append_text(std::string& out, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Error("a text with a zero byte cannot be stored");
  }
  out += text;
}

void append_text(std::string& out, const Uuid& uuid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : uuid.bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

void append_text(std::string& out, Bytes bytes) {
  out += "\\x";
  out += to_hex(bytes.value);
}

void append_text(std::string& out, const money::Decimal& decimal) {
  out += decimal.to_string();
}

void append_text(std::string& out, time::Instant instant) {
  out += time::to_string(instant);
}

void append_text(std::string& out, time::Date date) {
  out += time::to_string(date);
}

}  // namespace reckoner::store
