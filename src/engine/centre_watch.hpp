#pragma once

// Inside of budget_watch: what is spent below cost centres that have budgets.

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "domain/cost_centre.hpp"
#include "engine/cost_centre_budgets.hpp"
#include "engine/spending.hpp"

namespace reckoner::engine {

/// Of one look at budgets. What each customer below them costs is kept in `customer_spending`, so
/// that one customer's usage has no other customer computed again.
class CentreWatch {
 public:
  /// By customer, the cost centre it is a member of.
  using Members = std::map<CustomerId, std::string>;

  /// Reads the budgets. Those of a cost centre that the active configuration does not have wait
  /// until it has it again. Throws Error for a configuration that does not load.
  CentreWatch(store::Connection& connection, Versions& versions, time::Instant now);

  bool any() const { return !watched_.empty(); }
  /// By which version customers are put into cost centres; 0 where no cost centre has budgets.
  std::int64_t version() const { return version_; }
  /// Whether a budget was set since then.
  bool changed_since(time::Instant instant) const;

  /// Whoever is below a cost centre with budgets; of these customers, or of all.
  Members members_among(store::Connection& connection, const std::vector<std::int64_t>& customers);
  Members all_members(store::Connection& connection);
  /// Whether a budget over this cost centre looks at a forecast.
  bool wants_forecast(const std::string& cost_centre) const;

  /// Keeps what the customers' months cost, in a transaction of its own. What is not known of a
  /// customer stays as it was last known.
  void keep(store::Connection& connection, const Members& customers,
            const SpendingOfMonths& spending);
  /// Forgets whoever is below none of them any more; behind a look at all members.
  void forget_others(store::Connection& connection);

  /// A cost centre with what its months have reached and was not told.
  struct News {
    const CostCentreBudgets* budgets;
    std::vector<CostCentreAlert> alerts;
  };
  /// Of the cost centres over the ones that customers were kept for since the last news. Refers to
  /// this object. `cut`, or the last one that a customer was kept with, is that of the alerts.
  std::vector<News> news(store::Connection& connection, std::int64_t cut);

 private:
  struct Watched {
    CostCentreBudgets budgets;
    std::set<std::string> within;  ///< names of the cost centre and those below it
  };

  const time::Instant now_;
  std::int64_t version_ = 0;
  std::optional<domain::CostCentres> centres_;  ///< of the active configuration
  std::vector<Watched> watched_;
  std::set<std::string> touched_;  ///< cost centres of customers that were kept
  std::int64_t cut_ = 0;           ///< the last that one was kept with
};

}  // namespace reckoner::engine
