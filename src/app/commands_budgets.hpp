#pragma once

#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

// As in commands.hpp: each gives its exit code.

/// Whose budgets, and which of them: a customer's or a cost centre's.
struct BudgetArguments {
  std::string customer;     ///< key
  std::string cost_centre;  ///< name; one of the two
  std::string currency;     ///< empty: that of the customer's cycle, or of pricing
  std::string charge;       ///< empty: all charges
  std::string amount;
  std::vector<std::string> actual;    ///< thresholds: "80%", "1200.00"
  std::vector<std::string> forecast;  ///< likewise
  std::vector<std::string> tell;      ///< addresses, of a cost centre
  int limit = 100;
};

/// All budgets, or those of one; marks those on which nothing can be spent any more.
int list_budgets_command(System& system, const Console& console, const BudgetArguments& arguments);
/// One, in place of an earlier one of that currency and charge.
int set_budget_command(System& system, const Console& console, const BudgetArguments& arguments);
int remove_budget_command(System& system, const Console& console, const BudgetArguments& arguments);
/// What was told, the latest first: of customers and of cost centres, or of one.
int budget_log_command(System& system, const Console& console, const BudgetArguments& arguments);

}  // namespace reckoner::app
