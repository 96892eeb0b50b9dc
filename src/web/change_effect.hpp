#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "engine/versions.hpp"
#include "money/money.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"
#include "time/time.hpp"

namespace reckoner::web {

/// What a customer owes as things are: the interim invoice, what it comes to at the end of the open
/// periods, and the balance. Read in the transaction of the connection.
struct Owed {
  struct Figures {
    money::Decimal interim;
    money::Decimal expected;
  };
  struct Charge {
    Figures figures;
    time::Date starts_on;
    std::string description;
  };
  /// Currency, period, whether it is a true-up, plan ("": of the whole customer) and charge.
  using ChargeKey = std::tuple<std::string, std::string, bool, std::string, std::string>;

  std::optional<std::string> parked;      ///< why it cannot be billed: nothing else is known then
  std::map<std::string, Figures> totals;  ///< by currency
  std::map<std::string, money::Decimal> balances;
  std::map<ChargeKey, Charge> charges;
};
Owed owed_by(store::Connection& connection, engine::Versions& versions, CustomerId customer,
             time::Instant as_of);

/// The member "currencies": before, after and difference, of what differs and what does not.
void write_effect(text::JsonWriter& json, const Owed& before, const Owed& after);

}  // namespace reckoner::web
