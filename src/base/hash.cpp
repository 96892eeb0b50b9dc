#include "base/hash.hpp"

#include <sodium.h>

// Its plain functions keep their state in memory of ours; those that are not deprecated allocate.
// Both use the processor's own SHA instructions, which libsodium does not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <cstring>
#include <new>
#include <type_traits>

#include "base/error.hpp"

namespace reckoner {

namespace {
static_assert(sizeof(SHA256_CTX) <= 128 && std::is_trivially_copyable_v<SHA256_CTX>);

SHA256_CTX* state_of(std::array<std::uint8_t, 128>& storage) {
  return std::launder(static_cast<SHA256_CTX*>(static_cast<void*>(storage.data())));
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  throw Error("not hexadecimal");
}
}  // namespace

Sha256 sha256(std::string_view bytes) {
  return Sha256Stream().bytes(bytes).finish();
}

Sha256Stream::Sha256Stream() {
  SHA256_Init(new (state_.data()) SHA256_CTX);
}

Sha256Stream& Sha256Stream::bytes(std::string_view bytes) {
  SHA256_Update(state_of(state_), bytes.data(), bytes.size());
  return *this;
}

Sha256Stream& Sha256Stream::field(std::string_view bytes) {
  std::array<char, 8> length;
  for (std::size_t i = 0; i < 8; ++i) {
    length[i] = static_cast<char>(bytes.size() >> (8 * (7 - i)));
  }
  return this->bytes({length.data(), length.size()}).bytes(bytes);
}

Sha256 Sha256Stream::finish() {
  Sha256 hash;
  SHA256_Final(hash.data(), state_of(state_));
  return hash;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string to_hex(const Sha256& hash) {
  return to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

std::string from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) throw Error("not hexadecimal");
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(digit_of(hex[i]) * 16 + digit_of(hex[i + 1]));
  }
  return bytes;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), count);
  return bytes;
}

}  // namespace reckoner
