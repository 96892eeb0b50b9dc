#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "money/decimal.hpp"
#include "money/money.hpp"

namespace reckoner::domain {

/// Where a thing was written, for messages: file within the configuration and line from 1.
struct Place {
  std::string file;
  int line = 0;
};

/// A fee for each billing period, charged by the days subscribed.
struct Flat {
  /// No amount: a rule sets it (`fee="rule"`); a period for which no rule does parks the customer.
  std::optional<money::Decimal> amount;
};

/// A price for each unit above the allowance.
struct PerUnit {
  money::Decimal price;  ///< per `Metering::unit`; any number of digits
};

/// How a charge turns a quantity into an amount. One alternative a model.
using ChargeModel = std::variant<Flat, PerUnit>;

/// What becomes of the allowance when a subscription covers only a part of the period.
enum class AllowanceOnChange {
  kProrated,  ///< by the days subscribed, exactly (15/31 of it)
  kWhole,
};

/// What a metered charge measures.
struct Metering {
  std::string meter;  ///< name in meters.xml
  std::string unit;   ///< the unit prices and allowances are in: "MB"
  money::Decimal unit_size =
      1;  ///< meter units in one such unit: 1048576 bytes in an MB; above zero
  std::optional<money::Decimal> allowance =
      money::Decimal(0);  ///< units free in a whole period; none: unlimited
  AllowanceOnChange allowance_on_change = AllowanceOnChange::kProrated;
};

/// One priced thing on a plan: a recurring fee, or a metered charge with an allowance and overage.
struct Charge {
  std::string
      name;  ///< unique in the plan; part of the line key, so never reused for another thing
  std::string title;
  ChargeModel model;
  std::optional<Metering> metering;  ///< none: recurring
  Place place;
};

/// A priced offer. Immutable: it belongs to one configuration version.
struct Plan {
  std::string name;
  std::string title;
  money::Currency currency;
  std::string billed_by = "monthly";  ///< the one engine that bills it
  std::vector<Charge> charges;        ///< in the order of the invoice
  Place place;
};

enum class Aggregation { kSum, kCount, kMax };

/// Filter and aggregation that turn events into a quantity with a unit.
struct Meter {
  std::string name;
  std::string event_type;
  Aggregation aggregation = Aggregation::kSum;
  std::string value;  ///< name of the member of the event's data that carries the quantity; empty
                      ///< for kCount
  std::string unit;
  std::vector<std::string> group_by;  ///< names of members of the data that become dimensions
  Place place;
};

}  // namespace reckoner::domain
