#pragma once

// Inside of accounts: the customers that a file names, locked.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/customer.hpp"
#include "store/connection.hpp"
#include "store/open_books.hpp"

namespace reckoner::accounts {

/// Locks customers against every other writer of their facts, as a batch does.
void lock_customers_by_id(store::Connection& connection, const std::vector<CustomerId>& customers);

/// Customers by key, with the time zones their days were counted in so far.
class KnownCustomers {
 public:
  /// Holds the books open, finds the customers, locks them against every other writer of their
  /// facts (as a batch does) and then reads them, in the transaction of the connection. Unknown
  /// keys are left out.
  static KnownCustomers lock(store::Connection& connection, const std::vector<std::string>& keys);

  /// The customer, or nullptr.
  const domain::Customer* find(std::string_view key) const;
  /// The customer; throws Error when there is none.
  const domain::Customer& get(std::string_view key) const;
  /// One of ids().
  const domain::Customer& of(CustomerId id) const;
  /// In their order.
  const std::vector<CustomerId>& ids() const { return ids_; }
  /// Held open since before the customers were locked.
  const store::OpenBooks& books() const { return books_; }

  /// Whether the instant is the beginning of that day for the customer: in its zone, or in one that
  /// its stored periods have. So a file means the same after a change of zone.
  bool begins(time::Instant instant, const domain::Customer& customer, time::Date day) const;

 private:
  store::OpenBooks books_;
  std::vector<CustomerId> ids_;
  std::map<std::string, domain::Customer, std::less<>> by_key_;
  std::multimap<CustomerId, time::Zone> former_zones_;
};

}  // namespace reckoner::accounts
