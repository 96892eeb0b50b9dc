#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>

#include "engine/alerts.hpp"
#include "engine/look_queue.hpp"
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
/// cost centres with budgets, who have usage in a cut since they were looked at last, when they are
/// due (LookQueue; those below such cost centres at once), or whose budgets were changed; and all
/// of them once an hour, because fees accrue, plans change and days pass. Usage counts from its cut
/// on. The cut up to which everybody was looked at is a row of `budget_look`, moved when a look is
/// over: one that is broken off is done again, and tells nothing twice. Of several processes one
/// looks at a time. Whoever cannot be billed at present is passed over; in the sum of a cost centre
/// it stands as it was last known.
class BudgetWatch {
 public:
  BudgetWatch(store::Pool& pool, Versions& versions, time::Clock clock);

  struct Look {
    std::size_t customers = 0;  ///< looked at
    std::size_t told = 0;
    bool is_elsewhere = false;  ///< another process was at it
  };
  /// Looks at all who are due, in batches. After each it rests nine times as long as that took,
  /// five seconds at most, so that it takes about a tenth of one processor from others. What is new
  /// meanwhile is taken up every second, and cost centres are told. Ends early when `stop` becomes
  /// true. Throws DatabaseError, and Error where no configuration is active.
  Look look(const std::atomic<bool>& stop);

 private:
  struct Customer;
  struct Standing;
  Standing standing(store::Connection& connection, CentreWatch& centres);
  void take_up_news(store::Connection& connection, Standing& standing, CentreWatch& centres);
  std::size_t tell_centres(store::Connection& connection, const Standing& standing,
                           CentreWatch& centres);
  std::vector<Customer> customers(store::Connection& connection,
                                  const std::vector<std::int64_t>& ids, CentreWatch& centres);
  std::size_t look_at(store::Connection& connection, std::span<const Customer> customers,
                      bool forecast, CentreWatch& centres);
  std::size_t tell(store::Connection& connection, const Customer& customer,
                   const std::vector<Alert>& alerts);
  std::size_t tell(store::Connection& connection, const CostCentreBudgets& budgets,
                   const std::vector<CostCentreAlert>& alerts);

  store::Pool& pool_;
  Versions& versions_;
  const time::Clock clock_;
  LookQueue queue_;
  /// How far the last look came, which nobody broke off; the queue goes on from there.
  struct Place {
    std::int64_t moved_to = 0;                       ///< as in the row of `budget_look`
    std::int64_t cut = 0;                            ///< up to which usage is in the queue
    std::map<std::int64_t, time::Instant> settings;  ///< changed of late, and looked at since
  };
  std::optional<Place> place_;
};

}  // namespace reckoner::engine
