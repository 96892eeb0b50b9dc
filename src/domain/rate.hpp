#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "money/decimal.hpp"

namespace reckoner::domain {

/// The rates: each is a pure function of one quantity (pricing/rate.hpp). Prices and fees may have
/// any number of digits and are in the plan's currency; quantities are in the charge's unit.

/// One amount, whatever the quantity.
struct Flat {
  /// No amount: a rule sets it (`fee="rule"`); a period for which no rule does parks the customer.
  std::optional<money::Decimal> amount;
};

/// The same price for each unit.
struct PerUnit {
  money::Decimal price;
};

/// A stretch of quantities: above the tier before it, up to and including `up_to`.
struct Tier {
  std::optional<money::Decimal> up_to;  ///< none: without end; only the last tier
  money::Decimal price;                 ///< a unit
  money::Decimal fee;                   ///< once, when the tier is reached
};

/// Ascending tiers, at least one. Where the last has an end, a quantity above it has no price: it
/// is by agreement, and parks the customer who has none.
struct Tiers {
  std::vector<Tier> tiers;
  bool fee_at_zero = true;  ///< the first tier's fee is charged at quantity 0 too
};

/// Each unit at the price of the tier it falls into, and the fee of every tier reached.
struct Graduated : Tiers {};

/// All units at the price of the tier that the quantity reaches, and that tier's fee.
struct Volume : Tiers {};

/// Only the fee of the tier that the quantity reaches; tiers have no unit price.
struct Stairstep : Tiers {};

/// A percentage of the amount in each tier, and the fee of every tier reached. `price` is the
/// percentage (2 means 2 %); the quantity is money.
struct GraduatedPercentage : Tiers {};

enum class PartialPackage { kCharged, kFree };

/// A price for each package of `size` units.
struct Package {
  money::Decimal size;  ///< above zero
  money::Decimal price;
  PartialPackage partial = PartialPackage::kCharged;
};

/// One tier of blocks: `max_blocks` blocks of `size` units each.
struct BlockTier {
  money::Decimal size;                       ///< above zero
  std::optional<money::Decimal> max_blocks;  ///< counts the blocks of this tier alone; none: no end
  money::Decimal price;                      ///< of a block, also of one that is not full
};

enum class BlockMode {
  kAllTiers,  ///< filled tier by tier, each block at its tier's price
  kTopTier,   ///< everything in blocks of the tier reached
};

/// Blocks of units in tiers. Beyond the last tier its price goes on.
struct Blocks {
  BlockMode mode = BlockMode::kAllTiers;
  std::vector<BlockTier> tiers;
};

/// The amount that the events carry, times a multiplier (1.2: a mark-up of 20 %).
struct Dynamic {
  money::Decimal multiplier = 1;
};

using Rate = std::variant<Flat, PerUnit, Graduated, Volume, Stairstep, GraduatedPercentage, Package,
                          Blocks, Dynamic>;

}  // namespace reckoner::domain
