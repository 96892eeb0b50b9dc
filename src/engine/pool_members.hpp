#pragma once

// Inside of cost_pools: who bears a month of a pool, and what they used in it.

#include <string>
#include <vector>

#include "engine/facts.hpp"
#include "invoicing/cost_allocation.hpp"
#include "meters/meter_reader.hpp"

namespace reckoner::engine {

/// A customer that bears a part of a pool's month.
struct PoolMember {
  CustomerId customer;
  std::string key;
  std::int64_t cycle = 0;          ///< the first of those that count
  time::Date falls_on;             ///< the last local day of the month it is subscribed on
  std::vector<std::string> plans;  ///< of subscriptions that count
};

/// First day of "2026-10", and of the month behind it. Throws Error for what is no month.
struct MonthDays {
  time::Date first;
  time::Date next;
};
MonthDays days_of_month(const std::string& month);

/// Everybody with a subscription, on a day of the month in its own zone, that counts for the pool.
/// By customer.
std::vector<PoolMember> pool_members(store::Connection& connection, const domain::CostPool& pool,
                                     const MonthDays& month);

/// The members as parts among which the pool is divided: a tree, where it is over cost centres, and
/// without those to whom it does not come. Measures what the pool's meters ask for, in the month in
/// the pool's zone.
std::vector<invoicing::CostPart> pool_parts(FactReader& facts, const meters::MeterReader& reader,
                                            const domain::AllocationRules& rules,
                                            const domain::CostPool& pool, const MonthDays& month,
                                            const std::vector<PoolMember>& members);

}  // namespace reckoner::engine
