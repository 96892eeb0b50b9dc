#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "money/decimal.hpp"

namespace reckoner::store {

/// In network byte order, as PostgreSQL's binary formats have all numbers.
template <std::integral Number>
void append_binary(std::string& out, Number number) {
  char bytes[sizeof number];
  auto rest = static_cast<std::make_unsigned_t<Number>>(number);
  for (std::size_t i = sizeof number; i-- > 0; rest = static_cast<decltype(rest)>(rest >> 8)) {
    bytes[i] = static_cast<char>(rest & 0xff);
  }
  out.append(bytes, sizeof bytes);
}

/// A decimal as numeric is sent: groups of four digits with the weight of the first. It has as many
/// digits behind the point as the decimal's canonical text.
class BinaryNumeric {
 public:
  explicit BinaryNumeric(const money::Decimal& decimal);
  std::size_t bytes() const { return 8 + 2 * count_; }
  void append_to(std::string& out) const;

 private:
  static constexpr std::size_t kGroupsMax = 12;  // 38 digits, and a point anywhere among them
  std::array<std::int16_t, kGroupsMax> groups_;  // the last ones are in use, most significant first
  std::size_t count_ = 0;
  int weight_ = 0;
  bool negative_ = false;
  int scale_ = 0;
};

}  // namespace reckoner::store
