#pragma once

// Inside of accounts: the one place where coupons and prepaid credit are granted.

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "accounts/change_scope.hpp"
#include "accounts/credit_movements.hpp"
#include "domain/credit.hpp"

namespace reckoner::accounts {

/// A coupon or prepaid credit as it is granted. One of `amount` and `percent` is set; prepaid
/// credit has an amount, and neither documents nor charges.
struct CreditGrant {
  std::string key;
  std::string title;  ///< empty: the key
  domain::CreditKind kind = domain::CreditKind::kCoupon;
  std::optional<money::Currency> currency;  ///< none: the one the customer is billed in
  std::optional<money::Decimal> amount;
  std::optional<money::Decimal> percent;
  std::optional<std::int64_t> documents;
  std::int64_t priority = 0;
  std::optional<time::Date> starts_on;
  std::optional<time::Date> expires_on;
  std::vector<std::string> charges;
};

/// Throws Error for a name that no charge of the active configuration has, naming the nearest.
void check_charges(const config::Configuration& active, const std::vector<std::string>& charges);

/// The credits of the customers of a scope. What is granted is a fact; what is left of it is the
/// sum of its movements.
class CreditBook {
 public:
  explicit CreditBook(ChangeScope& scope);

  /// Returns false when just that is stored. Throws Error for a grant that cannot be, and when its
  /// key is stored with other content.
  bool grant(const domain::Customer& customer, CreditGrant grant);
  /// Adds to prepaid credit; throws Error when there is none of that key.
  void top_up(const domain::Customer& customer, const std::string& key,
              const money::Decimal& amount);
  /// The currency of a stored credit; throws Error when there is none of that key.
  money::Currency currency_of(const domain::Customer& customer, const std::string& key) const;

  void write();

 private:
  struct Entry {
    std::int64_t number = 0;
    CreditGrant grant;  ///< with title, currency, and the amount first granted
    std::int64_t last_movement = 0;
    bool is_new = false;
  };
  using Key = std::pair<CustomerId, std::string>;

  const Entry& entry_of(const domain::Customer& customer, const std::string& key) const;
  void move(const domain::Customer& customer, Entry& entry, const money::Decimal& amount);

  ChangeScope& scope_;
  std::map<Key, Entry> entries_;
  std::unordered_map<CustomerId, std::int64_t> last_numbers_;
  std::vector<CreditMovement> movements_;
};

}  // namespace reckoner::accounts
