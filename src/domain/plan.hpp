#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "domain/meter.hpp"
#include "domain/place.hpp"
#include "money/decimal.hpp"
#include "money/money.hpp"
#include "time/calendar_duration.hpp"

namespace reckoner::domain {

/// What a subscription in an environment ("staging") pays of every line that is not pass-through.
struct Environment {
  std::string name;
  money::Decimal percent = 100;
  std::map<std::string, money::Decimal, std::less<>>
      free_units;  ///< by charge: free on top of the allowance
};

/// What the plans of one pricing file share.
struct Strategy {
  std::string name;
  std::optional<money::Decimal>
      minimum;  ///< a customer's amount for a whole period; none: billing.minimumCharge
  std::optional<money::Decimal> maximum;
  bool tax_inclusive = false;             ///< prices contain the tax
  std::vector<Environment> environments;  ///< none but "production" where empty
};

/// A priced offer in one currency. Immutable: it belongs to one configuration version.
struct Plan {
  std::string name;  ///< with `currency` unique
  std::string title;
  money::Currency currency;
  std::string billed_by = "monthly";  ///< the one engine that bills it
  std::shared_ptr<const Strategy> strategy;
  bool free = false;  ///< never bears a customer's minimum
  std::optional<time::CalendarDuration> trial;
  std::optional<money::Decimal> minimum;  ///< of a subscription, for a whole period
  std::optional<money::Decimal> maximum;
  std::vector<Charge> charges;  ///< in the order of the invoice
  Place place;
};

}  // namespace reckoner::domain
