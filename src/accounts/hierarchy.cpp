#include "accounts/hierarchy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "accounts/known_customers.hpp"
#include "base/error.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

// Two changes at once could close a circle that neither of them sees.
constexpr std::int64_t kTreesLock = 7263518;
constexpr store::Statement kLockTrees{"accounts.lock_trees", "select pg_advisory_xact_lock($1)"};

constexpr store::Statement kParent{"accounts.parent", R"(
  select parent, parent_key, gets_mails from customer_parent where customer_id = $1)"};
constexpr store::Statement kBelow{"accounts.below", R"(
  select below, below_key, parent_key, depth from customer_below
   where customer_id = $1 order by depth, below_key)"};
constexpr store::Statement kFindBelow{"accounts.find_below", R"(
  select below from customer_below where customer_id = $1 and below_key = $2)"};
constexpr store::Statement kAbove{"accounts.above", R"(
  select customer_id, depth from customer_below where below = $1 order by depth)"};
constexpr store::Statement kCount{"accounts.customers_of_tree", R"(
  select count(*) as rows from customer_below where customer_id = $1)"};

constexpr store::Statement kSetParent{"accounts.set_parent", R"(
  insert into customer_parent (customer_id, parent, parent_key, gets_mails, set_at)
  values ($1, $2, $3, $4, $5)
  on conflict (customer_id) do update
    set parent = excluded.parent, parent_key = excluded.parent_key,
        gets_mails = excluded.gets_mails, set_at = excluded.set_at)"};
constexpr store::Statement kUnsetParent{"accounts.unset_parent",
                                        "delete from customer_parent where customer_id = $1"};
constexpr store::Statement kTakeOut{"accounts.take_out_of_trees", R"(
  delete from customer_below
   where customer_id = any($1::bigint[]) and below = any($2::bigint[]))"};
constexpr store::Statement kPutIn{"accounts.put_into_trees", R"(
  insert into customer_below (customer_id, below, below_key, parent_key, depth)
  select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::int[]))"};

/// A customer above another, and how far.
struct Above {
  CustomerId customer;
  int depth = 0;
};

std::vector<Above> read_above(store::Connection& connection, CustomerId customer) {
  std::vector<Above> above;
  for (const store::Row& row : connection.query(kAbove, {customer})) {
    above.push_back({CustomerId{row.int64("customer_id")}, static_cast<int>(row.int64("depth"))});
  }
  return above;
}

std::vector<CustomerId> ids_of(const std::vector<Above>& above) {
  std::vector<CustomerId> ids;
  for (const Above& one : above) ids.push_back(one.customer);
  return ids;
}

void take_out(store::Connection& connection, CustomerId customer,
              const std::vector<Below>& subtree) {
  std::vector<CustomerId> moved;
  for (const Below& one : subtree) moved.push_back(one.customer);
  const std::vector<CustomerId> above = ids_of(read_above(connection, customer));
  if (!above.empty()) connection.execute(kTakeOut, {above, moved});
}

/// Throws Error where `parent` could not take the subtree, whose first is the customer itself.
std::vector<Above> above_in_place(store::Connection& connection, const domain::Customer& parent,
                                  const std::vector<Below>& subtree) {
  const std::string& key = subtree.front().key;
  for (const Below& one : subtree) {
    if (one.customer != parent.id) continue;
    throw Error(one.depth == 0
                    ? fmt::format("customer '{}' cannot be its own parent", key)
                    : fmt::format("customer '{}' is below '{}' already: it cannot be its parent",
                                  parent.key, key));
  }
  std::vector<Above> above{{parent.id, 1}};
  for (const Above& one : read_above(connection, parent.id)) {
    above.push_back({one.customer, one.depth + 1});
  }
  const int deepest = std::ranges::max_element(subtree, {}, &Below::depth)->depth;
  if (above.back().depth + deepest >= kTreeLevels) {
    throw Error(fmt::format("customer '{}' below '{}' makes more than {} levels", key, parent.key,
                            kTreeLevels));
  }
  const std::int64_t others =
      connection.query(kCount, {above.back().customer}).only().int64("rows");
  if (others + 1 + std::ssize(subtree) > kTreeCustomers) {
    throw Error(fmt::format("customer '{}' below '{}' makes a tree of more than {} customers", key,
                            parent.key, kTreeCustomers));
  }
  return above;
}

void put_in(store::Connection& connection, const domain::Customer& parent,
            const std::vector<Above>& above, const std::vector<Below>& subtree) {
  std::vector<CustomerId> customers;
  std::vector<CustomerId> below;
  std::vector<std::string> keys;
  std::vector<std::string> parents;
  std::vector<std::int64_t> depths;
  for (const Above& upper : above) {
    for (const Below& lower : subtree) {
      customers.push_back(upper.customer);
      below.push_back(lower.customer);
      keys.push_back(lower.key);
      parents.push_back(lower.depth == 0 ? parent.key : subtree[lower.parent].key);
      depths.push_back(upper.depth + lower.depth);
    }
  }
  connection.execute(kPutIn, {customers, below, keys, parents, depths});
}

std::string summary_of(const std::string& customer, const ParentChange& change, bool changed) {
  return fmt::format(
      "customer '{}' is {}{}{}", customer,
      change.parent.empty() ? "below nobody" : fmt::format("below '{}'", change.parent),
      change.gets_mails ? ", which gets its mails" : "", changed ? "" : " already");
}

}  // namespace

std::optional<Parent> read_parent(store::Connection& connection, CustomerId customer) {
  const auto row = connection.query(kParent, {customer}).at_most_one();
  if (!row) return std::nullopt;
  return Parent{CustomerId{row->int64("parent")}, row->text("parent_key"),
                row->boolean("gets_mails")};
}

std::vector<Below> read_subtree(store::Connection& connection, CustomerId customer,
                                const std::string& key) {
  std::multimap<std::string, Below> children;
  for (const store::Row& row : connection.query(kBelow, {customer})) {
    children.emplace(row.text("parent_key"), Below{.customer = CustomerId{row.int64("below")},
                                                   .key = row.text("below_key"),
                                                   .parent = 0,
                                                   .depth = static_cast<int>(row.int64("depth"))});
  }
  std::vector<Below> subtree{{customer, key, 0, 0}};
  for (std::size_t place = 0; place < subtree.size(); ++place) {
    const auto [from, to] = children.equal_range(subtree[place].key);
    for (auto child = from; child != to; ++child) {
      subtree.push_back(child->second);
      subtree.back().parent = place;
    }
  }
  return subtree;
}

std::optional<CustomerId> find_below(store::Connection& connection, CustomerId customer,
                                     const std::string& key) {
  const auto row = connection.query(kFindBelow, {customer, key}).at_most_one();
  if (!row) return std::nullopt;
  return CustomerId{row->int64("below")};
}

Changed set_parent(store::Connection& connection, const ChangeRules& rules,
                   const std::string& customer, const ParentChange& change) {
  if (change.parent.empty() && change.gets_mails) {
    throw Error("nobody gets the mails of a customer below nobody");
  }
  store::Transaction transaction(connection);
  connection.query(kLockTrees, {kTreesLock});
  std::vector<std::string> keys{customer};
  if (!change.parent.empty()) keys.push_back(change.parent);
  const KnownCustomers customers = KnownCustomers::lock(connection, keys);
  const domain::Customer& child = customers.get(customer);
  const std::optional<Parent> before = read_parent(connection, child.id);
  const bool same = (before ? before->key : "") == change.parent &&
                    (before && before->gets_mails) == change.gets_mails;
  if (!same) {
    const std::vector<Below> subtree = read_subtree(connection, child.id, child.key);
    take_out(connection, child.id, subtree);
    if (change.parent.empty()) {
      connection.execute(kUnsetParent, {child.id});
    } else {
      const domain::Customer& parent = customers.get(change.parent);
      put_in(connection, parent, above_in_place(connection, parent, subtree), subtree);
      connection.execute(kSetParent,
                         {child.id, parent.id, parent.key, change.gets_mails, rules.now});
    }
  }
  transaction.commit();
  return {.changed = !same, .summary = summary_of(child.key, change, !same), .reopened = {}};
}

}  // namespace reckoner::accounts
