#pragma once

// Inside of accounts: cycles and their billing periods, as stored and as an import adds to them.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/periods.hpp"
#include "domain/customer.hpp"
#include "domain/document.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// The cycles of some locked customers.
class Cycles {
 public:
  static Cycles read(store::Connection& connection, const std::vector<CustomerId>& customers);

  /// Number of the customer's cycle of that engine and currency; a new one, with the customer's
  /// anchor and zone, where it has none.
  std::int64_t of(const domain::Customer& customer, std::string_view engine,
                  money::Currency currency);
  /// Numbers of all its cycles.
  std::vector<std::int64_t> all_of(CustomerId customer) const;

  /// Somebody is subscribed in the cycle from `from` until `until` (none: goes on): it needs
  /// periods for that. An empty stretch needs none.
  void cover(CustomerId customer, std::int64_t cycle, time::Instant from,
             std::optional<time::Instant> until);

  /// Inserts the new cycles and the periods that are missing.
  void write(store::Connection& connection) const;

 private:
  struct Entry {
    domain::Cycle cycle;
    bool is_new = false;
    std::optional<StoredPeriods> periods;
    std::optional<time::Period> wanted;
  };
  using Key = std::pair<CustomerId, std::int64_t>;

  void insert_cycles(store::Connection& connection) const;
  void insert_periods(store::Connection& connection) const;

  std::map<Key, Entry> entries_;
};

}  // namespace reckoner::accounts
