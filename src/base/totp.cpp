#include "base/totp.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace reckoner {

namespace {
constexpr std::size_t kSecretBytes = 20;
constexpr std::int64_t kStepSeconds = 30;
constexpr std::int64_t kStepsAround = 1;
constexpr std::uint32_t kCodes = 1'000'000;
}  // namespace

std::string random_totp_secret() {
  return random_bytes(kSecretBytes);
}

std::string to_base32(std::string_view bytes) {
  constexpr std::string_view kSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8 | static_cast<unsigned char>(c)) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += kSigns[held >> (bits - 5) & 31];
  }
  if (bits > 0) text += kSigns[held << (5 - bits) & 31];
  return text;
}

std::int64_t totp_step(std::int64_t seconds) {
  return seconds / kStepSeconds;
}

std::string totp_code(std::string_view secret, std::int64_t step) {
  std::array<unsigned char, 8> counter;
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<unsigned char>(step >> (8 * (7 - i)));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned size = 0;
  RK_CHECK(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(),
                counter.size(), mac.data(), &size) != nullptr);
  const std::size_t at = mac[size - 1] & 15;
  const std::uint32_t number = (mac[at] & 0x7fU) << 24 |
                               static_cast<std::uint32_t>(mac[at + 1]) << 16 |
                               static_cast<std::uint32_t>(mac[at + 2]) << 8 | mac[at + 3];
  return fmt::format("{:06}", number % kCodes);
}

std::optional<std::int64_t> matching_totp_step(std::string_view secret, std::string_view code,
                                               std::int64_t seconds, std::int64_t used) {
  std::optional<std::int64_t> found;
  const std::int64_t now = totp_step(seconds);
  for (std::int64_t step = now - kStepsAround; step <= now + kStepsAround; ++step) {
    if (step > used && totp_code(secret, step) == code) found = step;
  }
  return found;
}

}  // namespace reckoner
