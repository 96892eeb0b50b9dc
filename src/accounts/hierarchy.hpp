#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/changes.hpp"

namespace reckoner::accounts {

/// Customers as parents of customers: trees. A customer has one parent at most, nobody is below
/// itself, and a tree has at most kTreeLevels levels and kTreeCustomers customers, so that it can
/// be read whole.
inline constexpr int kTreeLevels = 10;
inline constexpr std::int64_t kTreeCustomers = 1000;

/// The customer that another one is below.
struct Parent {
  CustomerId customer;
  std::string key;
  bool gets_mails = false;  ///< documents of the customer are mailed to it
};
std::optional<Parent> read_parent(store::Connection& connection, CustomerId customer);

/// A customer of a subtree.
struct Below {
  CustomerId customer;
  std::string key;
  std::size_t parent = 0;  ///< place in the list; of the first itself
  int depth = 0;           ///< below the customer that was asked for
};
/// The customer itself, then all below it: each behind its parent, siblings by key. Reads rows of
/// the customer that is asked for alone, so that its own people may.
std::vector<Below> read_subtree(store::Connection& connection, CustomerId customer,
                                const std::string& key);
/// The customer with that key below `customer`; none where it is not below.
std::optional<CustomerId> find_below(store::Connection& connection, CustomerId customer,
                                     const std::string& key);

/// Puts the customer below `parent`, with all that is below it; "": below nobody. A change like
/// those of changes.hpp; throws Error for one that is no tree.
struct ParentChange {
  std::string parent;
  bool gets_mails = false;
};
Changed set_parent(store::Connection& connection, const ChangeRules& rules,
                   const std::string& customer, const ParentChange& change);

}  // namespace reckoner::accounts
