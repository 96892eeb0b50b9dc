#pragma once

// Inside of accounts: what all changes in one transaction share.

#include <string>
#include <vector>

#include "accounts/cycles.hpp"
#include "accounts/known_customers.hpp"
#include "accounts/reopenings.hpp"
#include "accounts/rules.hpp"

namespace reckoner::accounts {

/// Locked customers, their cycles, and the reopenings that changes of their facts cause. The
/// `*_book` classes add to it; write() comes before theirs, since their rows refer to cycles.
struct ChangeScope {
  ChangeScope(store::Connection& in, const ChangeRules& by, KnownCustomers locked)
      : connection(in),
        rules(by),
        customers(std::move(locked)),
        cycles(Cycles::read(in, customers.ids())) {}

  void write() const {
    cycles.write(connection);
    write_reopenings(connection, reopenings, rules.now);
  }

  store::Connection& connection;
  const ChangeRules& rules;
  const KnownCustomers customers;
  Cycles cycles;
  std::vector<Reopening> reopenings;
};

/// A change that cannot be, found when all of them are known.
struct Refusal {
  std::size_t line = 0;  ///< of the file that asked for it; 0: none
  std::string reason;
};

}  // namespace reckoner::accounts
