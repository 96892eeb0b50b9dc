#pragma once

// Inside of metering: base64 with padding (RFC 4648, 4).

#include <string>
#include <string_view>

namespace reckoner::metering {

std::string to_base64(std::string_view bytes);
/// Throws Error for what is none: other signs, a wrong length, bits behind the last byte.
std::string from_base64(std::string_view text);

}  // namespace reckoner::metering
