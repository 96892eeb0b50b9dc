#pragma once

#include <string>
#include <string_view>

namespace reckoner::domain {

/// The IBAN without blanks and in capitals. Throws Error for a text that is none: country, two
/// check digits, up to 30 letters and digits, remainder 1 by 97 (ISO 13616, ISO 7064 MOD 97-10).
std::string parse_iban(std::string_view text);

/// "DE89 3704 0044 0532 0130 00": in fours, as people read it.
std::string grouped_iban(std::string_view iban);

/// The BIC in capitals. Throws Error unless it has 8 or 11 letters and digits in the order of ISO
/// 9362.
std::string parse_bic(std::string_view text);

}  // namespace reckoner::domain
