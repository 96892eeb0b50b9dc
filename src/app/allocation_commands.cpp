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
  add_focus(declare(*allocation, "read-focus", "take what a pool cost from a FOCUS file",
                    [this](System& system, const Console& console) {
                      return read_focus_pool_command(system, console, focus_);
                    }));
  CLI::App* show = declare(*allocation, "show", "who bears what of a pool in a month",
                           [this](System& system, const Console& console) {
                             return show_pool_command(system, console, arguments_);
                           });
  add_pool_and_month(show);
}

void AllocationCommands::add_focus(CLI::App* command) {
  command->add_option("pool", focus_.pool, "name in allocation.xml")->required();
  command->add_option("file", focus_.file, "CSV with a header; its months get its costs")
      ->required();
  command->add_option("--service", focus_.services,
                      "only this ServiceName; may stand several times");
  command->add_option("--sub-account", focus_.sub_accounts, "only this SubAccountId; likewise");
  command->add_option("--cost", focus_.metric, "billed (default) or effective")
      ->check(CLI::IsMember({"billed", "effective"}));
  command->add_option("--month", focus_.month, "of the billing period (default) or of the charge")
      ->check(CLI::IsMember({"billing", "charge"}));
  command->add_option("--note", focus_.note, "for people, such as the supplier's invoice");
}

void AllocationCommands::add_pool_and_month(CLI::App* command) {
  command->add_option("pool", arguments_.pool, "name in allocation.xml")->required();
  command->add_option("month", arguments_.month, "such as 2026-10")->required();
}

}  // namespace reckoner::app
