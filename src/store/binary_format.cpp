#include "store/binary_format.hpp"

#include "base/error.hpp"

namespace reckoner::store {

namespace {

__extension__ typedef unsigned __int128 Uint128;

constexpr int kGroupDigits = 4;
constexpr std::array<unsigned, kGroupDigits + 1> kPowers{1, 10, 100, 1000, 10'000};

}  // namespace

BinaryNumeric::BinaryNumeric(const money::Decimal& decimal)
    : negative_(decimal.sign() < 0), scale_(decimal.scale()) {
  const Uint128 coefficient = static_cast<Uint128>(decimal.coefficient());
  const Uint128 magnitude = negative_ ? -coefficient : coefficient;
  const auto fill = [&](auto rest) {
    for (; scale_ > 0 && rest % 10 == 0; --scale_) rest /= 10;
    // The lowest group is filled up with zeros where the point is not between two groups.
    const int odd_digits = scale_ % kGroupDigits;
    weight_ = -(scale_ + kGroupDigits - 1) / kGroupDigits - 1;
    const auto put = [&](unsigned group) {
      ++weight_;
      if (count_ == 0 && group == 0) return;
      groups_[kGroupsMax - ++count_] = static_cast<std::int16_t>(group);
    };
    if (odd_digits > 0) {
      const unsigned divisor = kPowers[static_cast<std::size_t>(odd_digits)];
      put(static_cast<unsigned>(rest % divisor) *
          kPowers[static_cast<std::size_t>(kGroupDigits - odd_digits)]);
      rest /= divisor;
    }
    for (; rest != 0; rest /= kPowers[kGroupDigits]) {
      put(static_cast<unsigned>(rest % kPowers[kGroupDigits]));
    }
  };
  if (magnitude <= UINT64_MAX) {
    fill(static_cast<std::uint64_t>(magnitude));
  } else {
    fill(magnitude);
  }
  if (count_ == 0) {
    weight_ = 0;
    scale_ = 0;
  }
}

void BinaryNumeric::append_to(std::string& out) const {
  constexpr std::int16_t kNegative = 0x4000;
  append_binary(out, static_cast<std::int16_t>(count_));
  append_binary(out, static_cast<std::int16_t>(weight_));
  append_binary(out, negative_ ? kNegative : std::int16_t{0});
  append_binary(out, static_cast<std::int16_t>(scale_));
  for (std::size_t i = kGroupsMax - count_; i < kGroupsMax; ++i) append_binary(out, groups_[i]);
}

}  // namespace reckoner::store
