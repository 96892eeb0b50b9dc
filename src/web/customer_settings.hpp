#pragma once

#include <map>
#include <string>
#include <vector>

#include "money/decimal.hpp"
#include "web/customer_session.hpp"

namespace reckoner::web {

/// How a customer's people want to be told: the schema CustomerSettings.
struct CustomerSettings {
  std::string language;                           ///< BCP 47; empty: the browser's
  std::string zone;                               ///< IANA name; empty: the customer's
  bool mails = true;                              ///< whether invoices are sent at all
  std::vector<std::string> also_to;               ///< addresses beside the customer's own
  std::map<std::string, money::Decimal> budgets;  ///< of a month, by currency code
};

/// As shipped where nothing was set.
CustomerSettings read_settings(CustomerSession& session);

}  // namespace reckoner::web
