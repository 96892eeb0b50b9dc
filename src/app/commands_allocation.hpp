#pragma once

#include <string>

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
/// The pools with their months.
int list_pools_command(System& system, const Console& console);
int set_pool_command(System& system, const Console& console, const AllocationArguments& arguments);
/// Who bears what of a month; where no run has divided it, as one would now.
int show_pool_command(System& system, const Console& console, const AllocationArguments& arguments);

}  // namespace reckoner::app
