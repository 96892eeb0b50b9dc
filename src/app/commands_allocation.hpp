#pragma once

#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

// As in commands.hpp: each gives its exit code.

struct AllocationArguments {
  std::string pool;
  std::string month;
  std::string amount;
  std::string note;
};
/// Which costs of a file become amounts of a pool.
struct FocusPoolArguments {
  std::string pool;
  std::string file;
  std::string metric = "billed";
  std::string month = "billing";
  std::vector<std::string> services;
  std::vector<std::string> sub_accounts;
  std::string note;
};
/// The pools with their months.
int list_pools_command(System& system, const Console& console);
int set_pool_command(System& system, const Console& console, const AllocationArguments& arguments);
/// Amounts of the months that a FOCUS file has costs of.
int read_focus_pool_command(System& system, const Console& console,
                            const FocusPoolArguments& arguments);
/// Who bears what of a month; where no run has divided it, as one would now.
int show_pool_command(System& system, const Console& console, const AllocationArguments& arguments);

}  // namespace reckoner::app
