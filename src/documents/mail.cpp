#include "documents/mail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "documents/mail_encoding.hpp"
#include "text/utf8.hpp"

namespace reckoner::documents {
namespace {

constexpr std::size_t kAddressMax = 254;   // RFC 5321, 4.5.3.1.3, without the angle brackets
constexpr std::size_t kLocalPartMax = 64;  // RFC 5321, 4.5.3.1.1
constexpr std::size_t kMessageIdMax =
    200;  // keeps its line far below the 998 that may not be folded
constexpr std::size_t kAttachmentNameMax = 60;  // keeps its line within kMailColumns
constexpr std::string_view kAlphanumeric =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool consists_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [more](char c) {
    return kAlphanumeric.find(c) != std::string_view::npos ||
           more.find(c) != std::string_view::npos;
  });
}

/// One or more pieces of the allowed characters, separated by single dots.
bool is_dotted(std::string_view text, std::string_view more) {
  return !text.empty() && !text.starts_with('.') && !text.ends_with('.') &&
         text.find("..") == std::string_view::npos && consists_of(text, std::string(more) + '.');
}

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  return is_dotted(text.substr(0, at), "!#$%&'*+-/=?^_`{|}~") &&
         is_dotted(text.substr(at + 1), "-");
}

void check_header(std::string_view header, std::string_view value) {
  try {
    text::check_utf8(value);
    const auto control = std::find_if(value.begin(), value.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (control != value.end()) {
      throw Error(fmt::format("control character at byte {}", control - value.begin() + 1));
    }
  } catch (Error& error) {
    error.in(fmt::format("mail header {}", header));
    throw;
  }
}

std::string header_line(std::string_view header, std::string_view value) {
  check_header(header, value);
  const std::size_t column = header.size() + 2;
  const bool plain = is_plain_header(value) && column + value.size() <= kMailColumns;
  return fmt::format("{}: {}\r\n", header,
                     plain ? std::string(value) : encoded_words(value, column));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string mailbox_line(std::string_view header, const Mailbox& mailbox) {
  check_header(header, mailbox.name);
  check_header(header, mailbox.address);
  try {
    check_address(mailbox.address);
  } catch (Error& error) {
    error.in(fmt::format("mail header {}", header));
    throw;
  }
  if (mailbox.name.empty()) return fmt::format("{}: {}\r\n", header, mailbox.address);
  const std::size_t column = header.size() + 2;
  const std::string plain = quoted(mailbox.name);
  const std::string name = is_plain_header(mailbox.name) && column + plain.size() <= kMailColumns
                               ? plain
                               : encoded_words(mailbox.name, column);
  const std::size_t last_line = name.rfind('\n');
  const std::size_t used =
      last_line == std::string::npos ? column + name.size() : name.size() - last_line - 1;
  const bool fits = used + mailbox.address.size() + 3 <= kMailColumns;
  return fmt::format("{}: {}{} <{}>\r\n", header, name, fits ? "" : "\r\n", mailbox.address);
}

std::string message_id_line(const std::string& id) {
  const std::size_t at = id.find('@');
  constexpr std::string_view kMore = "!#$%&'*+-/=?^_`{|}~";
  if (id.size() > kMessageIdMax || at == std::string::npos || !is_dotted(id.substr(0, at), kMore) ||
      !is_dotted(id.substr(at + 1), kMore)) {
    throw Error(fmt::format("'{}' is not a message id", text::printable(id)));
  }
  return fmt::format("Message-ID: <{}>\r\n", id);
}

/// RFC 5322, 3.3, in UTC: "Sun, 01 Nov 2026 02:00:00 +0000".
std::string date_line(time::Instant instant) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(instant - day));
  return fmt::format(
      "Date: {}, {:02} {} {:04} {:02}:{:02}:{:02} +0000\r\n",
      kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
      kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string body_part(std::string_view subtype, std::string_view body) {
  try {
    text::check_utf8(body);
  } catch (Error& error) {
    error.in(fmt::format("{} part of a mail", subtype));
    throw;
  }
  return fmt::format(
      "Content-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "{}\r\n",
      subtype, quoted_printable(body));
}

/// "=_" can occur neither in a quoted-printable body nor in base64.
std::string boundary_of(const std::string& seed) {
  return "=_" + to_hex(sha256(seed)).substr(0, 32);
}

/// Both texts, of which a reader shows one.
std::string bodies(const Mail& mail) {
  const std::string boundary = boundary_of(mail.message_id);
  return fmt::format("Content-Type: multipart/alternative;\r\n boundary=\"{0}\"\r\n\r\n--{0}\r\n",
                     boundary) +
         body_part("plain", mail.text) + fmt::format("--{}\r\n", boundary) +
         body_part("html", mail.html) + fmt::format("--{}--\r\n", boundary);
}

std::string attachment_part(const Attachment& attachment) {
  const std::size_t slash = attachment.type.find('/');
  const bool fine = !attachment.name.empty() && attachment.name.size() <= kAttachmentNameMax &&
                    consists_of(attachment.name, "._-") && slash != std::string::npos &&
                    is_dotted(attachment.type.substr(0, slash), "-+") &&
                    is_dotted(attachment.type.substr(slash + 1), "-+");
  if (!fine) {
    throw Error(fmt::format("'{}' of type '{}' cannot be attached to a mail",
                            text::printable(attachment.name), text::printable(attachment.type)));
  }
  std::string part = fmt::format(
      "Content-Type: {0};\r\n name=\"{1}\"\r\nContent-Transfer-Encoding: base64\r\n"
      "Content-Disposition: attachment;\r\n filename=\"{1}\"\r\n\r\n",
      attachment.type, attachment.name);
  const std::string encoded = base64(attachment.bytes);
  // One line even of nothing: the line end before a boundary belongs to the boundary.
  std::size_t at = 0;
  do {
    part.append(encoded, at, kMailColumns).append("\r\n");
    at += kMailColumns;
  } while (at < encoded.size());
  return part;
}

std::string with_attachments(const Mail& mail) {
  const std::string boundary = boundary_of(mail.message_id + " mixed");
  std::string out =
      fmt::format("Content-Type: multipart/mixed;\r\n boundary=\"{0}\"\r\n\r\n--{0}\r\n", boundary);
  out += bodies(mail);
  for (const Attachment& attachment : mail.attachments) {
    out += fmt::format("--{}\r\n", boundary) + attachment_part(attachment);
  }
  return out + fmt::format("--{}--\r\n", boundary);
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// The text of a quoted string, or none when it is not one.
std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string out;
  while (!text.empty()) {
    if (text.front() == '\\')
      text.remove_prefix(1);
    else if (text.front() == '"')
      return std::nullopt;
    if (text.empty()) return std::nullopt;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace

void check_address(std::string_view address) {
  const std::size_t at = address.find('@');
  if (address.size() > kAddressMax || (at != std::string_view::npos && at > kLocalPartMax) ||
      !is_address(address)) {
    throw Error(fmt::format("'{}' is not one mail address", text::printable(address)));
  }
}

Mailbox parse_mailbox(std::string_view text) {
  check_header("address", text);
  text = trim(text);
  Mailbox mailbox;
  const std::size_t open = text.rfind('<');
  if (open == std::string_view::npos || !text.ends_with('>')) {
    mailbox.address = text;
  } else {
    mailbox.address = text.substr(open + 1, text.size() - open - 2);
    const std::string_view name = trim(text.substr(0, open));
    if (const auto unquoted = unquote(name)) {
      mailbox.name = *unquoted;
    } else if (name.find_first_of("\"<>()[]:;@\\,") == std::string_view::npos) {
      mailbox.name = name;
    } else {
      throw Error(fmt::format("'{}' is not one mail address with a name", text::printable(text)));
    }
  }
  check_address(mailbox.address);
  return mailbox;
}

std::string to_mime(const Mail& mail, time::Instant date) {
  return date_line(date) + mailbox_line("From", mail.from) + mailbox_line("To", mail.to) +
         header_line("Subject", mail.subject) + message_id_line(mail.message_id) +
         "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n" +
         (mail.attachments.empty() ? bodies(mail) : with_attachments(mail));
}

}  // namespace reckoner::documents
