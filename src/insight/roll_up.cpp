#include "insight/roll_up.hpp"

#include <map>
#include <tuple>

#include "base/error.hpp"

namespace reckoner::insight {

namespace {

/// Node, month, currency, charge.
using Key = std::tuple<std::size_t, std::string, std::string, std::string>;

}  // namespace

std::vector<RolledUp> roll_up(std::span<const RollUpNode> nodes,
                              std::span<const RollUpCost> costs) {
  std::map<Key, RolledUp> sums;
  const auto sum_at = [&](std::size_t node, const RollUpCost& of) -> RolledUp& {
    const money::Money zero(of.billed.currency());
    const RolledUp empty{{node, of.month, of.charge, zero, zero}, zero, zero};
    return sums
        .try_emplace({node, of.month, std::string(of.billed.currency().code()), of.charge}, empty)
        .first->second;
  };
  for (const RollUpCost& cost : costs) {
    RK_CHECK(cost.node < nodes.size());
    RolledUp& own = sum_at(cost.node, cost);
    own.own.billed += cost.billed;
    own.own.shown += cost.shown;
    for (std::optional<std::size_t> node = cost.node; node; node = nodes[*node].parent) {
      RK_CHECK(!nodes[*node].parent || *nodes[*node].parent < *node);
      RolledUp& upper = sum_at(*node, cost);
      upper.billed_with_below += cost.billed;
      upper.shown_with_below += cost.shown;
    }
  }
  std::vector<RolledUp> rolled;
  rolled.reserve(sums.size());
  for (auto& [key, sum] : sums) rolled.push_back(std::move(sum));
  return rolled;
}

}  // namespace reckoner::insight
