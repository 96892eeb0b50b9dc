#pragma once

#include <span>
#include <string_view>

namespace reckoner::config {

/// What the text of a setting or of a handler's parameter must be.
enum class Kind {
  kText,           ///< one line, up to 1,000 bytes; may be empty
  kInteger,        ///< a whole number of up to 18 digits, perhaps negative
  kDecimal,        ///< a number, zero or above
  kBoolean,        ///< true or false
  kDuration,       ///< ISO 8601 of fixed parts: P14D, PT30S
  kCurrency,       ///< ISO 4217: USD
  kTimeZone,       ///< IANA: Europe/Zurich
  kChoice,         ///< one of the choices
  kSecret,         ///< env:NAME or file:/path, never the secret itself; may be empty
  kNumberPattern,  ///< of a series of documents: INV-{year}-{seq:6}
  kEmail,          ///< one bare address; may be empty
  kSmtpUrl,        ///< smtp://host[:port] or smtps://host[:port]; may be empty
};

/// For manuals: "duration", "time zone".
std::string_view to_string(Kind kind);

/// Throws Error saying what is wrong; `choices` counts for kChoice only. A secret's text is never
/// part of the message.
void check_value(Kind kind, std::string_view value, std::span<const std::string_view> choices = {});

/// Whether some year and sequence numbers could give two documents, one of each series, the same
/// number. Both must be number patterns.
bool can_coincide(std::string_view first_pattern, std::string_view second_pattern);

}  // namespace reckoner::config
