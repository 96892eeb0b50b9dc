#include "base/hmac.hpp"

#include <sodium.h>

namespace reckoner {

namespace {
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
}  // namespace

Sha256 hmac_sha256(std::string_view key, std::string_view text) {
  Sha256 code;
  static_assert(sizeof code == crypto_auth_hmacsha256_BYTES);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  crypto_auth_hmacsha256_final(&state, code.data());
  return code;
}

}  // namespace reckoner
