#pragma once

// Inside of accounts: the one place where payments are booked.

#include <string>
#include <unordered_map>
#include <vector>

#include "accounts/known_customers.hpp"
#include "accounts/rules.hpp"
#include "money/money.hpp"

namespace reckoner::accounts {

/// What lowers what a customer owes, or raises it (below zero), beside documents.
struct NewPayment {
  enum class Kind {
    kMoney,     ///< it came in; who wants to be told is told
    kWriteOff,  ///< it is given up
  };
  CustomerId customer;
  std::string reference;  ///< unique within the customer
  money::Money amount;    ///< not zero
  time::Date received_on{};
  std::string document = {};  ///< number of the one it is for; empty: none
  std::string note = {};
  Kind kind = Kind::kMoney;
};

/// Payments of locked customers: facts, booked once, never changed.
class PaymentBook {
 public:
  /// Everything outlives it.
  PaymentBook(store::Connection& connection, const ChangeRules& rules,
              const KnownCustomers& customers);

  /// Gives its number within the customer. That the reference is new is the caller's to know.
  std::int64_t add(NewPayment payment);
  /// Rows, ledger, balances and announcements.
  void write();

 private:
  void post();
  void announce();

  store::Connection& connection_;
  const ChangeRules& rules_;
  const KnownCustomers& customers_;
  std::unordered_map<CustomerId, std::int64_t> last_numbers_;
  std::vector<NewPayment> payments_;
  std::vector<std::int64_t> numbers_;  ///< of each
};

}  // namespace reckoner::accounts
