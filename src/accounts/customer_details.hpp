#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/customers.hpp"
#include "accounts/hierarchy.hpp"
#include "domain/billing_details.hpp"
#include "domain/billing_mode.hpp"
#include "domain/credit.hpp"

namespace reckoner::accounts {

/// A customer with everything it is billed by, usage apart.
struct CustomerDetails {
  struct KeyedSubscription {
    std::string key;
    domain::Subscription subscription;
  };

  CustomerSummary summary;
  domain::BillingDetails billing;
  std::vector<KeyedSubscription> subscriptions;  ///< by number, those that ended included
  std::vector<domain::AgreedFigure> agreements;  ///< in the order they were made
  std::vector<domain::Credit> credits;           ///< by number, with what is left of them

  struct KeyedDiscount {
    std::string key;
    domain::Discount discount;
  };
  struct KeyedCharge {
    std::string key;
    money::Currency currency;
    domain::ManualCharge charge;
  };
  std::vector<KeyedDiscount> discounts;                ///< by number
  std::vector<KeyedCharge> charges;                    ///< by hand, by number
  std::vector<domain::BillingModeFrom> billing_modes;  ///< ascending by day; none: is billed
  std::optional<Parent> parent;
  std::vector<std::string> subjects;  ///< whose usage is its; in the order of their names

  /// Why a customer is not billed.
  struct Parked {
    std::int64_t run = 0;  ///< that parked it last
    std::string reason;
    std::int64_t attempts = 0;
    time::Instant since;
  };
  struct Held {
    std::int64_t run = 0;
    std::string reasons;
    time::Instant since;
  };
  std::optional<Parked> parked;
  std::optional<Held> held;
};

/// The customer of that key, in one snapshot; none when there is none. `connection` is in no
/// transaction. Throws store::DatabaseError.
std::optional<CustomerDetails> find_customer_details(store::Connection& connection,
                                                     std::string_view key, time::Instant now);
/// The same inside the snapshot that the connection has open.
std::optional<CustomerDetails> read_customer_details(store::Connection& connection,
                                                     CustomerId customer, time::Instant now);

}  // namespace reckoner::accounts
