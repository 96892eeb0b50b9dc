#include "documents/mail_reading.hpp"

#include <array>
#include <optional>

#include "base/error.hpp"

namespace reckoner::documents {

namespace {

constexpr std::string_view kLine = "\r\n";
constexpr std::string_view kWordBegin = "=?utf-8?b?";
constexpr std::string_view kWordEnd = "?=";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with(std::string_view text, std::string_view lower_case) {
  if (text.size() < lower_case.size()) return false;
  for (std::size_t i = 0; i < lower_case.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

std::string_view take_until(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  if (at == text.npos) throw Error("the message ends too early");
  const std::string_view piece = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return piece;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::string from_base64(std::string_view text) {
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    if (c == '\r' || c == '\n') continue;  // between the lines of an attachment
    const int digit = base64_digit(c);
    if (digit < 0) throw Error("a part is no base64");
    bits = bits << 6 | static_cast<unsigned>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return bytes;
}

/// Encoded words, with the blanks between two of them left out (RFC 2047, 6.2).
std::string decoded_words(std::string_view text) {
  std::string out;
  bool behind_word = false;
  while (!text.empty()) {
    std::size_t blanks = 0;
    while (blanks < text.size() && text[blanks] == ' ') ++blanks;
    const bool word = begins_with(text.substr(blanks), kWordBegin);
    if (!word) {
      out += text.front();
      text.remove_prefix(1);
      behind_word = false;
      continue;
    }
    if (!behind_word) out.append(blanks, ' ');
    text.remove_prefix(blanks + kWordBegin.size());
    out += from_base64(take_until(text, kWordEnd));
    behind_word = true;
  }
  return out;
}

/// The header lines, without the empty line behind them.
std::vector<std::pair<std::string, std::string>> take_headers(std::string_view& text) {
  std::vector<std::pair<std::string, std::string>> headers;
  while (true) {
    std::string_view line = take_until(text, kLine);
    if (line.empty()) break;
    if (line.front() == ' ' && !headers.empty()) {
      headers.back().second += line;
      continue;
    }
    const std::size_t colon = line.find(": ");
    if (colon == line.npos) throw Error("a header line without a colon");
    headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  for (auto& [name, value] : headers) value = decoded_words(value);
  return headers;
}

const std::string& header_of(const std::vector<std::pair<std::string, std::string>>& headers,
                             std::string_view name) {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  throw Error("the message has no " + std::string(name));
}

std::string from_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == kLine) {
      out += '\n';
      ++i;
    } else if (text.substr(i, 3) == "=\r\n") {
      i += 2;
    } else if (text[i] == '=') {
      if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) {
        throw Error("a part is not quoted-printable");
      }
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The text between the quotation marks behind `name=`.
std::string quoted_parameter(const std::string& header, std::string_view name) {
  std::string_view rest = header;
  take_until(rest, std::string(name) + "=\"");
  return std::string(take_until(rest, "\""));
}

void read_part(const Headers& headers, std::string_view body, ReadMail& mail);

void read_parts(const std::string& type, std::string_view bytes, ReadMail& mail) {
  const std::string delimiter = "--" + quoted_parameter(type, "boundary");
  take_until(bytes, delimiter + "\r\n");
  while (true) {
    std::string_view part = take_until(bytes, "\r\n" + delimiter);
    const Headers headers = take_headers(part);
    read_part(headers, part, mail);
    if (bytes.starts_with("--")) return;
    take_until(bytes, kLine);
  }
}

void read_part(const Headers& headers, std::string_view body, ReadMail& mail) {
  const std::string& type = header_of(headers, "Content-Type");
  if (type.starts_with("multipart/")) {
    read_parts(type, body, mail);
  } else if (type.starts_with("text/plain")) {
    mail.text = from_quoted_printable(body);
  } else if (type.starts_with("text/html")) {
    mail.html = from_quoted_printable(body);
  } else {
    mail.attachments.push_back(
        {quoted_parameter(type, "name"), type.substr(0, type.find(';')), from_base64(body)});
  }
}

}  // namespace

ReadMail read_mime(std::string_view bytes) {
  ReadMail mail;
  mail.headers = take_headers(bytes);
  read_parts(header_of(mail.headers, "Content-Type"), bytes, mail);
  return mail;
}

}  // namespace reckoner::documents
