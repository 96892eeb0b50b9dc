#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reckoner {

/// Keeps secrets that must be read again: XChaCha20-Poly1305 under a key that is stored elsewhere.
/// A value type; may be used by several threads.
class Seal {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  /// Throws Error for a key of another length.
  explicit Seal(std::string key);
  static std::string random_key();

  /// `purpose` names what the secret is and whose: it opens for the same purpose only.
  std::string close(std::string_view secret, std::string_view purpose) const;
  /// Throws Error when it was sealed with another key or for another purpose, or was changed.
  std::string open(std::string_view sealed, std::string_view purpose) const;

 private:
  std::string key_;
};

}  // namespace reckoner
