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
  /// All its cycles, by number.
  std::vector<const domain::Cycle*> all_of(CustomerId customer) const;
  /// The currencies of its cycles, each once.
  std::vector<money::Currency> currencies_of(CustomerId customer) const;

  /// Somebody is subscribed in the cycle from `from` until `until` (none: goes on): it needs
  /// periods for that, and rows of their advance side where a plan bills in advance. An empty
  /// stretch needs none.
  void cover(CustomerId customer, std::int64_t cycle, time::Instant from,
             std::optional<time::Instant> until, bool advance = false);

  /// Something is billed in the period of that instant, whether or not somebody is subscribed then.
  void reach(CustomerId customer, std::int64_t cycle, time::Instant instant);

  /// The end of the cycle's billing period that contains the instant, as stored or as it will be.
  time::Instant end_of_period(store::Connection& connection, CustomerId customer,
                              std::int64_t cycle, time::Instant instant) const;

  /// Inserts the new cycles and the periods that are missing.
  void write(store::Connection& connection) const;

 private:
  struct Entry {
    domain::Cycle cycle;
    bool is_new = false;
    std::optional<StoredPeriods> arrears = std::nullopt;
    std::optional<StoredPeriods> advance = std::nullopt;
    std::optional<time::Period> wanted = std::nullopt;          ///< with an arrears side
    std::optional<time::Period> wanted_advance = std::nullopt;  ///< with an advance side
    std::optional<time::Instant> reaches = std::nullopt;        ///< with an arrears side at least
  };
  using Key = std::pair<CustomerId, std::int64_t>;

  void insert_cycles(store::Connection& connection) const;
  void insert_arrears(store::Connection& connection) const;
  void insert_advance(store::Connection& connection) const;

  std::map<Key, Entry> entries_;
};

}  // namespace reckoner::accounts
