#include "app/allocation_commands.hpp"

namespace reckoner::app {

AllocationCommands::AllocationCommands(CLI::App& app, const Declare& declare,
                                       const DefaultTo& default_to) {
  CLI::App* allocation =
      app.add_subcommand("allocation", "costs that customers share; alone: the pools by month");
  allocation->require_subcommand(0, 1);
  default_to(allocation, list_pools_command);
  CLI::App* set = declare(*allocation, "set", "say what a pool cost in a month",
                          [this](System& system, const Console& console) {
                            return set_pool_command(system, console, arguments_);
                          });
  add_pool_and_month(set);
  set->add_option("amount", arguments_.amount, "in the pool's currency; in place of an earlier one")
      ->required();
  set->add_option("--note", arguments_.note, "for people, such as the supplier's invoice");
  CLI::App* show = declare(*allocation, "show", "who bears what of a pool in a month",
                           [this](System& system, const Console& console) {
                             return show_pool_command(system, console, arguments_);
                           });
  add_pool_and_month(show);
}

void AllocationCommands::add_pool_and_month(CLI::App* command) {
  command->add_option("pool", arguments_.pool, "name in allocation.xml")->required();
  command->add_option("month", arguments_.month, "such as 2026-10")->required();
}

}  // namespace reckoner::app
