#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/cost_pool.hpp"

namespace reckoner::domain {

/// The trees of cost centres, and in which of them a customer is.
class CostCentres {
 public:
  struct Node {
    std::string name;
    std::string title;
    std::optional<std::size_t> parent;   ///< in nodes()
    std::vector<std::string> customers;  ///< keys of its own members
    std::vector<std::string> plans;
  };

  explicit CostCentres(const AllocationRules& rules);

  /// In the order of the file, each behind its parent.
  const std::vector<Node>& nodes() const { return nodes_; }
  std::optional<std::size_t> find(std::string_view name) const;
  /// The one that a customer subscribed to these plans is a member of: where its key is named, else
  /// the first of the file with one of the plans; none where no cost centre has it.
  std::optional<std::size_t> of(const std::string& customer,
                                const std::set<std::string>& plans) const;
  /// The cost centre and all below it.
  std::vector<std::size_t> within(std::size_t node) const;

 private:
  void add(const std::vector<CostCentre>& centres, std::optional<std::size_t> parent);

  std::vector<Node> nodes_;
  std::map<std::string, std::size_t, std::less<>> by_customer_;
};

}  // namespace reckoner::domain
