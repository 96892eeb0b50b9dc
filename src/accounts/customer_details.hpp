#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/customers.hpp"
#include "domain/credit.hpp"

namespace reckoner::accounts {

/// A customer with everything it is billed by, usage apart.
struct CustomerDetails {
  struct KeyedSubscription {
    std::string key;
    domain::Subscription subscription;
  };

  CustomerSummary summary;
  std::vector<KeyedSubscription> subscriptions;  ///< by number, those that ended included
  std::vector<domain::AgreedFigure> agreements;  ///< in the order they were made
  std::vector<domain::Credit> credits;           ///< by number, with what is left of them
};

/// The customer of that key, in one snapshot; none when there is none. `connection` is in no
/// transaction. Throws store::DatabaseError.
std::optional<CustomerDetails> find_customer_details(store::Connection& connection,
                                                     std::string_view key, time::Instant now);

/// The same inside the snapshot that the connection has open.
std::optional<CustomerDetails> read_customer_details(store::Connection& connection,
                                                     std::string_view key, time::Instant now);

}  // namespace reckoner::accounts
