#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace reckoner {

using Sha256 = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4) of the bytes.
Sha256 sha256(std::string_view bytes);

/// SHA-256 fed in pieces. `field` writes the length (8 bytes, big-endian) before the bytes, so that
/// ("ab","c") and ("a","bc") differ.
class Sha256Stream {
 public:
  Sha256Stream();
  Sha256Stream& bytes(std::string_view bytes);
  Sha256Stream& field(std::string_view bytes);
  /// Ends the stream; call once.
  Sha256 finish();

 private:
  alignas(64) std::array<std::uint8_t, 128> state_;
};

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(std::string_view bytes);
std::string to_hex(const Sha256& hash);
/// The bytes of a hexadecimal text; throws Error when it is not one.
std::string from_hex(std::string_view hex);

/// `count` bytes from the operating system's random generator.
std::string random_bytes(std::size_t count);

}  // namespace reckoner
