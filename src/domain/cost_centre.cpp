#include "domain/cost_centre.hpp"

#include <algorithm>

namespace reckoner::domain {

CostCentres::CostCentres(const AllocationRules& rules) {
  add(rules.cost_centres, std::nullopt);
}

void CostCentres::add(const std::vector<CostCentre>& centres, std::optional<std::size_t> parent) {
  for (const CostCentre& centre : centres) {
    const std::size_t node = nodes_.size();
    nodes_.push_back({centre.name, centre.title, parent, centre.customers, centre.plans});
    for (const std::string& customer : centre.customers) by_customer_.emplace(customer, node);
    add(centre.parts, node);
  }
}

std::optional<std::size_t> CostCentres::find(std::string_view name) const {
  const auto found = std::ranges::find(nodes_, name, &Node::name);
  if (found == nodes_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - nodes_.begin());
}

std::optional<std::size_t> CostCentres::of(const std::string& customer,
                                           const std::set<std::string>& plans) const {
  if (const auto named = by_customer_.find(customer); named != by_customer_.end()) {
    return named->second;
  }
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    const auto is_on = [&](const std::string& plan) { return plans.contains(plan); };
    if (std::ranges::any_of(nodes_[node].plans, is_on)) return node;
  }
  return std::nullopt;
}

std::vector<std::size_t> CostCentres::within(std::size_t node) const {
  std::vector<std::size_t> found{node};
  std::set<std::size_t> known{node};
  for (std::size_t next = node + 1; next < nodes_.size(); ++next) {
    if (!nodes_[next].parent || !known.contains(*nodes_[next].parent)) continue;
    known.insert(next);
    found.push_back(next);
  }
  return found;
}

}  // namespace reckoner::domain
