#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reckoner {

/// RFC 6238 as authenticator apps have it: SHA-1, six digits, steps of 30 seconds.

/// 160 bits.
std::string random_totp_secret();
/// RFC 4648, upper case, without padding.
std::string to_base32(std::string_view bytes);

/// The step of a time in seconds since 1970.
std::int64_t totp_step(std::int64_t seconds);
/// "094287" at that step.
std::string totp_code(std::string_view secret, std::int64_t step);

/// The step whose code that is: the present one, or one before or after, for clocks that differ.
/// Only those later than `used`, the last that was taken: no code is taken twice.
std::optional<std::int64_t> matching_totp_step(std::string_view secret, std::string_view code,
                                               std::int64_t seconds, std::int64_t used);

}  // namespace reckoner
