#pragma once

// Inside of accounts: the one place where charges by hand are booked.

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "accounts/change_scope.hpp"
#include "domain/customer.hpp"

namespace reckoner::accounts {

/// A charge by hand with the name that its owner gave it.
struct KeyedCharge {
  std::string key;                          ///< unique within the customer
  std::optional<money::Currency> currency;  ///< none: the one the customer is billed in
  domain::ManualCharge charge;              ///< number and cycle are given by the book
};

/// The charges by hand of the customers of a scope. They are facts: booked once, never changed.
class ChargeBook {
 public:
  explicit ChargeBook(ChangeScope& scope);

  /// Returns false when just that is stored. Throws Error when its key is stored with other
  /// content, and when the customer has no cycle, or several, that it could be billed in.
  bool add(const domain::Customer& customer, const KeyedCharge& added);
  /// Behind ChangeScope::write().
  void write();

 private:
  struct Entry {
    CustomerId customer;
    std::string key;
    domain::ManualCharge charge;
  };

  const domain::Cycle& cycle_for(const domain::Customer& customer,
                                 std::optional<money::Currency> currency) const;

  ChangeScope& scope_;
  std::map<std::pair<CustomerId, std::string>, domain::ManualCharge> stored_;
  std::unordered_map<CustomerId, std::int64_t> last_numbers_;
  std::vector<Entry> created_;
};

/// The currency named, or the one that the customer is billed in. Throws Error when there are
/// several; none when there is none.
std::optional<money::Currency> choose_currency(const ChangeScope& scope,
                                               const domain::Customer& customer,
                                               std::optional<money::Currency> named);

}  // namespace reckoner::accounts
