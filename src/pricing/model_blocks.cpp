#include <fmt/format.h>

#include "base/error.hpp"
#include "pricing/rate_models.hpp"
#include "pricing/trace.hpp"

namespace reckoner::pricing {

namespace {

money::Decimal blocks_in(const money::Ratio& units, const domain::BlockTier& tier) {
  return money::round(units / tier.size, 0, money::Rounding::kCeiling);
}

/// The price of so many blocks of a tier.
money::Decimal price_blocks(const domain::Blocks& model, std::size_t tier,
                            const money::Decimal& blocks, Trace* trace) {
  const domain::BlockTier& its = model.tiers[tier];
  const auto label = [&] {
    return fmt::format("tier {}: block of {}", tier + 1, its.size.to_string());
  };
  add_step(trace, label, blocks, its.price);
  return blocks * its.price;
}

}  // namespace

money::Ratio price_of(const domain::Blocks& model, const money::Ratio& quantity, Trace* trace) {
  RK_CHECK(!model.tiers.empty());
  const bool adds_up = model.mode == domain::BlockMode::kAllTiers;
  const std::size_t last = model.tiers.size() - 1;
  money::Decimal below;  // what the tiers that are full cost
  money::Ratio left = quantity;
  for (std::size_t i = 0;; ++i) {
    const domain::BlockTier& tier = model.tiers[i];
    const money::Decimal blocks = blocks_in(left, tier);
    if (i == last || !tier.max_blocks || blocks <= *tier.max_blocks) {
      return below + price_blocks(model, i, adds_up ? blocks : blocks_in(quantity, tier), trace);
    }
    if (adds_up) below += price_blocks(model, i, *tier.max_blocks, trace);
    left = left - *tier.max_blocks * tier.size;
  }
}

}  // namespace reckoner::pricing
