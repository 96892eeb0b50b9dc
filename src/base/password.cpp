#include "base/password.hpp"

#include <sodium.h>

#include <chrono>
#include <cstdint>
#include <semaphore>

namespace reckoner {

namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 32 * 1024 * 1024;
constexpr std::chrono::seconds kPatience{2};

/// Memory for so many is there, and processors.
std::counting_semaphore<2> slots(2);

class Slot {
 public:
  Slot() {
    // Lets libsodium find out what this processor can do.
    static const bool ready = sodium_init() >= 0;
    RK_CHECK(ready);
    if (!slots.try_acquire_for(kPatience)) throw PasswordsBusy("too many passwords to check");
  }
  ~Slot() { slots.release(); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
};

std::string hash_in_slot(std::string_view password) {
  char text[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(text, password.data(), password.size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw PasswordsBusy("there is not the memory to hash a password");
  }
  return text;
}

}  // namespace

std::string hash_password(std::string_view password) {
  const Slot slot;
  return hash_in_slot(password);
}

bool is_password(std::string_view password, std::string_view stored) {
  const Slot slot;
  if (stored.empty()) {
    hash_in_slot(password);
    return false;
  }
  const std::string text(stored);
  return crypto_pwhash_str_verify(text.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(std::string_view stored) {
  const std::string text(stored);
  return crypto_pwhash_str_needs_rehash(text.c_str(), kPasses, kMemory) != 0;
}

std::string random_password() {
  constexpr std::string_view kSigns = "23456789abcdefghjkmnpqrstuvwxyz";
  constexpr std::size_t kLength = 20;
  constexpr std::size_t kGroup = 4;
  std::string password;
  for (std::size_t i = 0; i < kLength; ++i) {
    if (i > 0 && i % kGroup == 0) password += '-';
    password += kSigns[randombytes_uniform(static_cast<std::uint32_t>(kSigns.size()))];
  }
  return password;
}

bool is_same_secret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace reckoner
