#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "config/configuration.hpp"
#include "insight/budget.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// The charges that a budget can be of. Of a customer: those of its plans, of cost pools that it
/// bears, whatever was billed to it, and its charges by hand; of a cost centre (no customer) those
/// of all plans and cost pools, and what customers below budgets of cost centres cost.
std::set<std::string> budget_charges(store::Connection& connection,
                                     const config::Configuration& active,
                                     std::optional<CustomerId> customer);

/// What is wrong with a budget, and its place among the others.
struct BudgetFault {
  std::size_t place;
  std::string reason;
};
/// Budgets, in place of `before`, of charges that there are not. What was there may stay: a charge
/// that goes later leaves its budget, on which nothing is spent, and which lists mark.
std::vector<BudgetFault> faults_of(store::Connection& connection,
                                   const config::Configuration& active,
                                   std::optional<CustomerId> customer,
                                   std::span<const insight::Budget> before,
                                   std::span<const insight::Budget> wanted);

/// Throws Error for a cost centre that the configuration does not have, with what there is.
void require_cost_centre(const config::Configuration& active, std::string_view name);

/// Keeps other writers of the settings waiting until the transaction ends.
void lock_customer_settings(store::Connection& connection, CustomerId customer);
void lock_cost_centre_settings(store::Connection& connection, std::string_view cost_centre);

/// None where there are none.
std::vector<insight::Budget> read_budgets(store::Connection& connection, CustomerId customer);
/// A customer's, by key; of all that have any.
struct CustomerBudgets {
  CustomerId customer;
  std::string key;
  std::vector<insight::Budget> budgets;
};
std::vector<CustomerBudgets> list_customer_budgets(store::Connection& connection);

/// In place of those there were, in the caller's transaction; other settings stay.
void write_budgets(store::Connection& connection, CustomerId customer,
                   std::span<const insight::Budget> budgets, time::Instant now,
                   std::string_view who);
void write_budgets(store::Connection& connection, std::string_view cost_centre,
                   std::span<const insight::Budget> budgets,
                   const std::vector<std::string>& addresses, time::Instant now,
                   std::string_view who);

}  // namespace reckoner::accounts
