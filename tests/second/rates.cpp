#include "second/second.hpp"

namespace reckoner::second {
namespace {

const Rational kZero = 0;

/// The index of the tier that the quantity lies in: bounds belong to the tier below them.
std::size_t tier_of(const domain::Tiers& rate, const Rational& quantity) {
  for (std::size_t i = 0; i < rate.tiers.size(); ++i) {
    const auto& up_to = rate.tiers[i].up_to;
    if (!up_to || quantity <= Rational(*up_to)) return i;
  }
  throw NoPrice("above the last tier");
}

/// The fees of tiers `first` to `last`, as far as the quantity bears them.
Rational fees(const domain::Tiers& rate, std::size_t first, std::size_t last,
              const Rational& quantity) {
  if (quantity.sign() == 0 && !rate.fee_at_zero) return kZero;
  Rational sum;
  for (std::size_t i = first; i <= last; ++i) sum += Rational(rate.tiers[i].fee);
  return sum;
}

/// Each part of the quantity at the price of its own tier, and the fees of all tiers reached.
Rational step_by_step(const domain::Tiers& rate, const Rational& quantity) {
  const std::size_t reached = tier_of(rate, quantity);
  Rational amount = fees(rate, 0, reached, quantity);
  Rational below;
  for (std::size_t i = 0; i <= reached; ++i) {
    const Rational until = i == reached ? quantity : Rational(*rate.tiers[i].up_to);
    amount += (until - below) * Rational(rate.tiers[i].price);
    below = until;
  }
  return amount;
}

Rational price_of(const domain::Flat& rate, const Rational&) {
  if (!rate.amount) throw NoPrice("a rule has to set it");
  return *rate.amount;
}

Rational price_of(const domain::PerUnit& rate, const Rational& quantity) {
  return quantity * Rational(rate.price);
}

Rational price_of(const domain::Graduated& rate, const Rational& quantity) {
  return step_by_step(rate, quantity);
}

Rational price_of(const domain::Volume& rate, const Rational& quantity) {
  const std::size_t reached = tier_of(rate, quantity);
  return quantity * Rational(rate.tiers[reached].price) + fees(rate, reached, reached, quantity);
}

Rational price_of(const domain::Stairstep& rate, const Rational& quantity) {
  const std::size_t reached = tier_of(rate, quantity);
  return fees(rate, reached, reached, quantity);
}

Rational price_of(const domain::GraduatedPercentage& rate, const Rational& quantity) {
  domain::Tiers shares = rate;
  for (domain::Tier& tier : shares.tiers) {
    tier.price = tier.price * money::Decimal::parse("0.01");
  }
  return step_by_step(shares, quantity);
}

Rational price_of(const domain::Package& rate, const Rational& quantity) {
  Rational amount;
  Rational left = quantity;
  while (left >= Rational(rate.size)) {
    amount += Rational(rate.price);
    left -= Rational(rate.size);
  }
  if (left.sign() > 0 && rate.partial == domain::PartialPackage::kCharged) {
    amount += Rational(rate.price);
  }
  return amount;
}

/// The tier in which the last of the quantity lies; what goes beyond all of them stays in the last.
const domain::BlockTier& top_tier(const domain::Blocks& rate, const Rational& quantity) {
  Rational room;
  for (const domain::BlockTier& tier : rate.tiers) {
    if (!tier.max_blocks) return tier;
    room += Rational(tier.size) * Rational(*tier.max_blocks);
    if (quantity <= room) return tier;
  }
  return rate.tiers.back();
}

Rational price_of(const domain::Blocks& rate, const Rational& quantity) {
  Rational amount;
  Rational left = quantity;
  if (rate.mode == domain::BlockMode::kTopTier) {
    const domain::BlockTier& tier = top_tier(rate, quantity);
    for (; left.sign() > 0; left -= Rational(tier.size)) amount += Rational(tier.price);
    return amount;
  }
  std::size_t tier = 0;
  Rational taken;  // blocks of this tier
  for (; left.sign() > 0; left -= Rational(rate.tiers[tier].size)) {
    while (tier + 1 < rate.tiers.size() && rate.tiers[tier].max_blocks &&
           taken >= Rational(*rate.tiers[tier].max_blocks)) {
      ++tier;
      taken = 0;
    }
    amount += Rational(rate.tiers[tier].price);
    taken += 1;
  }
  return amount;
}

Rational price_of(const domain::Dynamic& rate, const Rational& quantity) {
  return quantity * Rational(rate.multiplier);
}

}  // namespace

Rational price(const domain::Rate& rate, const Rational& quantity) {
  if (quantity.sign() < 0) throw NoPrice("a quantity below zero");
  return std::visit([&](const auto& model) { return price_of(model, quantity); }, rate);
}

}  // namespace reckoner::second
