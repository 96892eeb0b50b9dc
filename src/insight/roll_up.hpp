#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "money/money.hpp"

namespace reckoner::insight {

/// A node of the trees that costs are rolled up in: a customer, or a cost centre.
struct RollUpNode {
  std::string name;
  std::optional<std::size_t> parent;  ///< place of a node in front of it; none: a root
};

/// What a node's charge cost in a month, nodes below it apart.
struct RollUpCost {
  std::size_t node = 0;
  std::string month;  ///< "2026-10"
  std::string charge;
  money::Money billed;
  money::Money shown;  ///< in showback documents
};

/// The same with what is below.
struct RolledUp {
  RollUpCost own;
  money::Money billed_with_below;
  money::Money shown_with_below;
};

/// By node, month, currency and charge: each that something at or below the node cost. Costs of the
/// same node, month, charge and currency add up. Exact: a node's sums are its own and its
/// children's.
std::vector<RolledUp> roll_up(std::span<const RollUpNode> nodes, std::span<const RollUpCost> costs);

}  // namespace reckoner::insight
