#pragma once

#include <string>
#include <vector>

#include "insight/budget.hpp"
#include "web/customer_session.hpp"

namespace reckoner::web {

/// How a customer's people want to be told: the schema CustomerSettings.
struct CustomerSettings {
  std::string language;                  ///< BCP 47; empty: the browser's
  std::string zone;                      ///< IANA name; empty: the customer's
  bool mails = true;                     ///< whether invoices are sent at all
  std::vector<std::string> also_to;      ///< addresses beside the customer's own
  std::vector<insight::Budget> budgets;  ///< of a month; one a currency and charge
};

/// As shipped where nothing was set.
CustomerSettings read_settings(CustomerSession& session);

}  // namespace reckoner::web
