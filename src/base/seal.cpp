#include "base/seal.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace reckoner {

namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(Seal::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Seal::Seal(std::string key) : key_(std::move(key)) {
  if (key_.size() != kKeyBytes) {
    throw Error(fmt::format("a key has {} bytes, this one {}", kKeyBytes, key_.size()));
  }
}

std::string Seal::random_key() {
  return random_bytes(kKeyBytes);
}

std::string Seal::close(std::string_view secret, std::string_view purpose) const {
  const std::string nonce = random_bytes(kNonceBytes);
  std::string sealed(secret.size() + kTagBytes, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(sealed.data()), nullptr, bytes_of(secret), secret.size(),
      bytes_of(purpose), purpose.size(), nullptr, bytes_of(nonce), bytes_of(key_));
  return nonce + sealed;
}

std::string Seal::open(std::string_view sealed, std::string_view purpose) const {
  if (sealed.size() >= kNonceBytes + kTagBytes) {
    const std::string_view nonce = sealed.substr(0, kNonceBytes);
    sealed.remove_prefix(kNonceBytes);
    std::string secret(sealed.size() - kTagBytes, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(secret.data()),
                                                   nullptr, nullptr, bytes_of(sealed),
                                                   sealed.size(), bytes_of(purpose), purpose.size(),
                                                   bytes_of(nonce), bytes_of(key_)) == 0) {
      return secret;
    }
  }
  throw Error("a sealed secret does not open: it was sealed with another key, or changed");
}

}  // namespace reckoner
