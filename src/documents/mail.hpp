#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "time/time.hpp"

namespace reckoner::documents {

/// One sender or recipient.
struct Mailbox {
  std::string name;     ///< for display, UTF-8; may be empty
  std::string address;  ///< "billing@example.com"; also what SMTP is given
};

/// Reads "billing@example.com", "Billing <billing@example.com>" or "\"Billing, Inc.\"
/// <billing@example.com>". Throws Error for anything else: more than one address, no '@', control
/// characters.
Mailbox parse_mailbox(std::string_view text);

/// Throws Error when this is not one plain address: local@domain in ASCII, the local part a
/// dot-atom of at most 64 characters, the domain a host name, 254 characters in all. Quoted local
/// parts and address literals are refused.
void check_address(std::string_view address);

/// A file that a message carries.
struct Attachment {
  std::string name;  ///< of letters, digits, '.', '_' and '-'
  std::string type;  ///< "application/pdf"
  std::string bytes;
};

/// A message before it has bytes. Every text is UTF-8.
struct Mail {
  Mailbox from;
  Mailbox to;
  std::string subject;
  std::string
      message_id;  ///< without angle brackets: "9f2c…@example.com"; the same for every repetition
  std::string text;
  std::string html;
  std::vector<Attachment> attachments = {};
};

/// The message as it is handed to SMTP: RFC 5322, multipart/alternative of text and html, with
/// attachments in base64 behind them in a multipart/mixed; bodies quoted-printable, lines of at
/// most 76 characters where the standard allows to break, CRLF line ends, no line that starts with
/// a dot. Boundaries are derived from the message id and `date` is the caller's, so the same mail
/// has the same bytes. Throws Error for a control character in any
/// header value (nothing can be smuggled into the headers), an address or message id that is none,
/// the name or type of an attachment that is none, and texts that are not UTF-8.
std::string to_mime(const Mail& mail, time::Instant date);

}  // namespace reckoner::documents
