#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/customer.hpp"
#include "money/money.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::accounts {

/// A customer as a list shows it.
struct CustomerSummary {
  domain::Customer customer;
  std::vector<std::string> plans;      ///< of its subscriptions at the time asked for, by number
  std::vector<money::Money> balances;  ///< what it owes, by currency; below zero: a credit
  std::optional<std::string> parked;   ///< why it cannot be billed
  bool held = false;                   ///< its documents wait for a decision
};

/// A part of a list; both are not negative.
struct Page {
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};

/// Customers in the order of their keys, in one snapshot; `now` says which subscriptions count. The
/// number of statements does not depend on the number of customers. `connection` is in no
/// transaction. Throws store::DatabaseError.
std::vector<CustomerSummary> list_customers(store::Connection& connection, const Page& page,
                                            time::Instant now);

/// Which customers; what is empty does not restrict.
struct CustomerFilter {
  std::string text = {};    ///< a part of key, name or mail address, in any case
  bool parked = false;      ///< only those
  bool held = false;        ///< only those
  std::string behind = {};  ///< only keys behind this one
};
/// At most `limit` of them in the order of their keys, inside the snapshot that the connection has
/// open. Without a text the time does not depend on the number of customers.
std::vector<CustomerSummary> search_customers(store::Connection& connection,
                                              const CustomerFilter& filter, std::int64_t limit,
                                              time::Instant now);

/// The customer of that key, likewise; none when there is none.
std::optional<CustomerSummary> find_customer(store::Connection& connection, std::string_view key,
                                             time::Instant now);

/// The same inside the snapshot that the connection has open.
std::optional<CustomerSummary> read_customer(store::Connection& connection, std::string_view key,
                                             time::Instant now);
std::optional<CustomerSummary> read_customer(store::Connection& connection, CustomerId customer,
                                             time::Instant now);

}  // namespace reckoner::accounts
