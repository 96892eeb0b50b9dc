#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/place.hpp"
#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::domain {

/// A node of the trees over which pools are divided: of further cost centres, or of customers.
struct CostCentre {
  std::string name;  ///< unique in the file
  std::string title;
  std::vector<std::string> customers;  ///< keys, as they stand
  std::vector<std::string> plans;      ///< whose customers belong to it, too
  std::vector<CostCentre> parts;       ///< none where it has customers or plans
  Place place;
};

/// Costs of a calendar month that customers share.
struct CostPool {
  /// A meter by whose quantity of the month the pool is divided.
  struct Driver {
    std::string meter;
    money::Decimal weight = 1;  ///< above 0; only its part of all weights matters
  };
  /// A percentage as it was agreed.
  struct Given {
    std::string customer;     ///< key; empty: of a cost centre
    std::string cost_centre;  ///< one of those over which the pool is divided
    money::Decimal percent;   ///< above 0; only its part of all percentages matters
  };

  std::string name;
  std::string title;
  money::Currency currency;
  time::Zone zone = time::Zone::utc();  ///< of its months
  std::string engine;                   ///< that bills it
  std::string tax;                      ///< category of its lines
  std::vector<Given> given;  ///< none: by drivers, or equally; else what lies below is divided so
  std::vector<Driver> drivers;     ///< none: equally
  money::Decimal minimum_percent;  ///< of what is divided, that every part gets; 0 to 100

  // Whom it is for: all of these hold.
  std::vector<std::string> cost_centres;  ///< none: no tree
  std::vector<std::string> customers;     ///< keys; none and no plans: everybody
  std::vector<std::string> plans;
  std::vector<std::string> environments;  ///< none: all
  std::vector<std::string> excluded_customers;
  std::vector<std::string> excluded_plans;
  Place place;
};

/// What lines of a pool have as their charge: "allocation-gpu".
inline std::string charge_of_pool(std::string_view pool) {
  return "allocation-" + std::string(pool);
}

/// What an operator declares in allocation.xml, in the order of the file.
struct AllocationRules {
  std::vector<CostCentre> cost_centres;
  std::vector<CostPool> pools;

  /// nullptr where there is none.
  const CostPool* pool(std::string_view name) const {
    for (const CostPool& pool : pools) {
      if (pool.name == name) return &pool;
    }
    return nullptr;
  }
};

}  // namespace reckoner::domain
