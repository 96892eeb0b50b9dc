#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner::delivery {

/// The signatures of Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks), the
/// symmetric scheme `v1`: HMAC-SHA-256 over "ID.TIMESTAMP.BODY".

/// 32 random bytes: the specification asks for 24 to 64.
std::string random_webhook_secret();
/// As it is shown to people: "whsec_" and base64.
std::string webhook_secret_text(std::string_view secret);

/// The header webhook-signature: "v1,BASE64" for each secret, divided by blanks. `id` has no dot;
/// `timestamp` is in seconds since 1970.
std::string webhook_signature(const std::vector<std::string>& secrets, std::string_view id,
                              std::int64_t timestamp, std::string_view body);

}  // namespace reckoner::delivery
