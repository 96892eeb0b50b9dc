#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "insight/quartiles.hpp"
#include "money/money.hpp"

namespace reckoner::engine {

// What a customer can learn from what it was billed and shown (docs/analytics.md). Each reads
// inside a snapshot. Months are labels of periods ("2026-10"); costs are before tax and coupons,
// corrections since included.

/// What a charge cost in a month.
struct ChargeCost {
  std::string month;
  std::string charge;
  money::Money amount;
};
/// By month, currency and charge.
std::vector<ChargeCost> charge_costs(store::Connection& connection, CustomerId customer,
                                     const std::string& from, const std::string& to);

/// An allowance of a month, and what of it was used.
struct IdleAllowance {
  std::string month;
  std::string plan;
  std::string charge;
  std::string unit;
  money::Decimal allowance;  ///< for the days subscribed, to 6 digits
  money::Decimal used;       ///< at most the allowance, likewise
  money::Decimal idle;       ///< the rest
};
/// Of charges that have one, by month, the least used first.
std::vector<IdleAllowance> idle_allowances(store::Connection& connection, Versions& versions,
                                           CustomerId customer, const std::string& from,
                                           const std::string& to);

/// What a customer's last issued months would have cost with another plan in place of one.
struct PlanCost {
  std::string plan;
  bool present = false;  ///< the one it is on
  money::Money total;
  std::string problem;  ///< why it cannot be computed; empty: it was
};
struct PlanComparison {
  std::string subscription;         ///< its plan is replaced
  std::vector<std::string> months;  ///< ascending
  std::vector<PlanCost> plans;      ///< the cheapest first, then those that cannot be computed
};
/// Over the last `months` issued months of the subscription's cycle. Every plan is computed by the
/// chain of interim invoices over the stored usage, all by the active version, the present plan
/// too. `subscription`: its key; "": the only one that goes on. Other plans than the present one
/// are compared where they are `among` these; none: all. Throws Error where there is no such
/// subscription, or nothing was issued yet.
PlanComparison compare_plans(store::Connection& connection, Versions& versions, CustomerId customer,
                             const std::string& subscription, int months,
                             const std::optional<std::set<std::string>>& among);
/// The plans of the customer's subscriptions that have not ended.
std::set<std::string> subscribed_plans(store::Connection& connection, CustomerId customer,
                                       time::Instant now);

/// What one of something cost in a month.
struct UnitCost {
  std::string month;
  money::Money cost;
  money::Decimal quantity;
  std::optional<money::Decimal> per_unit;  ///< to 6 digits behind the point, below 1 to 6 that
                                           ///< count; none where there was nothing
};
/// `unit`: a meter, whose quantity counts in its own units, or else a quantity of subscriptions, as
/// it stood at the period's end. Throws Error for what is neither.
std::vector<UnitCost> unit_costs(store::Connection& connection, Versions& versions,
                                 CustomerId customer, const std::string& unit,
                                 const std::string& from, const std::string& to);

/// How a month of a customer compares with others on its plan.
struct Benchmark {
  std::string plan;
  money::Money own;
  /// Of the others; none where they are fewer than insight::kBenchmarkLeast.
  std::optional<insight::Quartiles> others;
};
/// One a plan and currency that the customer was subscribed to in the month. Others are those who
/// are not in the customer's tree: a parent knows what its own cost. Reads other customers: the
/// connection must be the house's. What is told of others is quartiles alone.
std::vector<Benchmark> benchmarks(store::Connection& connection, CustomerId customer,
                                  const std::string& month);

}  // namespace reckoner::engine
