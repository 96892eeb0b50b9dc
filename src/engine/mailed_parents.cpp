#include "engine/mailed_parents.hpp"

#include <vector>

namespace reckoner::engine {

namespace {

// Whose documents go to the parent, and where that is: in two steps, as each table lies with its
// own customer.
constexpr store::Statement kMailedParents{"parents that get mails of a batch", R"(
  select customer_id, parent from customer_parent
   where customer_id = any($1::bigint[]) and gets_mails)"};
constexpr store::Statement kAddresses{"addresses of parents", R"(
  select customer_id, email from customer where customer_id = any($1::bigint[]))"};

}  // namespace

std::map<CustomerId, std::string> addresses_of_mailed_parents(
    store::Connection& connection, std::span<const std::int64_t> customers) {
  const std::vector<std::int64_t> ids(customers.begin(), customers.end());
  std::map<CustomerId, CustomerId> parents;
  std::vector<CustomerId> mailed;
  for (const store::Row& row : connection.query(kMailedParents, {ids})) {
    mailed.emplace_back(row.int64("parent"));
    parents.emplace(CustomerId{row.int64("customer_id")}, mailed.back());
  }
  std::map<CustomerId, std::string> addresses;
  if (parents.empty()) return addresses;
  std::map<CustomerId, std::string> of_parents;
  for (const store::Row& row : connection.query(kAddresses, {mailed})) {
    of_parents.emplace(CustomerId{row.int64("customer_id")}, row.text("email"));
  }
  for (const auto& [customer, parent] : parents) addresses.emplace(customer, of_parents[parent]);
  return addresses;
}

}  // namespace reckoner::engine
