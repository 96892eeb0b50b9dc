#pragma once

#include <atomic>
#include <chrono>
#include <functional>

#include "engine/alerts.hpp"
#include "engine/versions.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::engine {

class CentreWatch;
struct CostCentreAlert;
struct CostCentreBudgets;

/// Compares what months cost with budgets, of customers and of cost centres, and tells each
/// threshold that a month reaches, once: a row of `alert` or `cost_centre_alert`, mails, and an
/// announcement for webhooks, in one transaction. Looked at are customers with budgets, or below
/// cost centres with budgets, who have usage in a cut since the last look, or whose budgets were
/// changed; and all of them once an hour, because fees accrue, plans change and days pass. How far
/// the look has come is a row of `budget_look`, moved when a look is over: one that is broken off
/// is done again, and tells nothing twice. Of several processes one looks at a time. Whoever cannot
/// be billed at present is passed over; in the sum of a cost centre it stands as it was last known.
class BudgetWatch {
 public:
  BudgetWatch(store::Pool& pool, Versions& versions, time::Clock clock);

  struct Look {
    std::size_t customers = 0;  ///< looked at
    std::size_t told = 0;
    bool is_elsewhere = false;  ///< another process was at it
  };
  /// One look, in batches. After each it rests four times as long as that took (five seconds at
  /// most), so that it takes about a fifth of one processor from others. Ends early when `stop`
  /// becomes true. Throws DatabaseError, and Error where no configuration is active.
  Look look(const std::atomic<bool>& stop);

 private:
  struct Customer;
  std::vector<Customer> customers(store::Connection& connection, std::span<const std::int64_t> ids);
  std::size_t look_at(store::Connection& connection, std::span<const Customer> customers,
                      bool forecast, CentreWatch& centres);
  std::size_t tell(store::Connection& connection, const Customer& customer,
                   const std::vector<Alert>& alerts);
  std::size_t tell(store::Connection& connection, const CostCentreBudgets& budgets,
                   const std::vector<CostCentreAlert>& alerts);

  store::Pool& pool_;
  Versions& versions_;
  const time::Clock clock_;
};

}  // namespace reckoner::engine
