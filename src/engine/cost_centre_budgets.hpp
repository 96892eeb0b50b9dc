#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "insight/budget.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// What may be spent below a cost centre of allocation.xml in a month, over all its customers.
struct CostCentreBudgets {
  std::string cost_centre;
  std::vector<insight::Budget> budgets;  ///< one a currency and charge
  std::vector<std::string> addresses;    ///< that alerts are mailed to
  time::Instant changed_at;
};

/// Of those that have any, by name; also of cost centres that the configuration has no more.
std::vector<CostCentreBudgets> list_cost_centre_budgets(store::Connection& connection);
/// None where nothing was ever set.
std::optional<CostCentreBudgets> find_cost_centre_budgets(store::Connection& connection,
                                                          const std::string& cost_centre);

/// A threshold that a month of a cost centre reached, as it was told.
struct CostCentreAlert {
  std::int64_t number = 0;
  std::string cost_centre;
  std::string month;  ///< "2026-10"
  insight::Reached reached;
  std::int64_t cut = 0;  ///< up to which usage was known of whom was looked at last
  time::Instant told_at;
};

/// The latest first, at most `limit`; of the cost centre of that name, or of all ("").
std::vector<CostCentreAlert> list_cost_centre_alerts(store::Connection& connection,
                                                     const std::string& cost_centre,
                                                     std::optional<std::int64_t> below,
                                                     std::int64_t limit);
/// Those of the cost centre's months that were told already.
std::vector<CostCentreAlert> told_cost_centre_alerts(store::Connection& connection,
                                                     const std::string& cost_centre,
                                                     const std::vector<std::string>& months);
/// None where there is no alert of that number.
std::optional<CostCentreAlert> find_cost_centre_alert(store::Connection& connection,
                                                      std::int64_t number);
/// Keeps the alert, in the caller's transaction, which holds all these alerts from here on, and
/// gives its number; none when that threshold of that month was told before, whoever did it.
std::optional<std::int64_t> keep_cost_centre_alert(store::Connection& connection,
                                                   const CostCentreAlert& alert);

/// "2026-10, cost centre search, bandwidth, costs 81.20 EUR so far, which reaches …"
std::string words_of(const CostCentreAlert& alert);
/// As the API, events and --json have it.
void write_cost_centre_alert(text::JsonWriter& json, const CostCentreAlert& alert);

}  // namespace reckoner::engine
