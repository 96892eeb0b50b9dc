#pragma once

#include <string_view>

#include "base/hash.hpp"

namespace reckoner {

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) of the text under a key of any length.
Sha256 hmac_sha256(std::string_view key, std::string_view text);

}  // namespace reckoner
