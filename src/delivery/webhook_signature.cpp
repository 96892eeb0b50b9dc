#include "delivery/webhook_signature.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/hmac.hpp"
#include "documents/mail_encoding.hpp"

namespace reckoner::delivery {

namespace {
constexpr std::size_t kSecretBytes = 32;
}

std::string random_webhook_secret() {
  return random_bytes(kSecretBytes);
}

std::string webhook_secret_text(std::string_view secret) {
  return "whsec_" + documents::base64(secret);
}

std::string webhook_signature(const std::vector<std::string>& secrets, std::string_view id,
                              std::int64_t timestamp, std::string_view body) {
  RK_CHECK(id.find('.') == std::string_view::npos);
  const std::string content = fmt::format("{}.{}.{}", id, timestamp, body);
  std::string header;
  for (const std::string& secret : secrets) {
    const Sha256 code = hmac_sha256(secret, content);
    const std::string_view bytes(reinterpret_cast<const char*>(code.data()), code.size());
    if (!header.empty()) header += ' ';
    header += "v1," + documents::base64(bytes);
  }
  return header;
}

}  // namespace reckoner::delivery
