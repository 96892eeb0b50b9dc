#include "app/structure_commands.hpp"

namespace reckoner::app {

StructureCommands::StructureCommands(CLI::App& app, const Declare& declare) {
  CLI::App* roll_up =
      declare(app, "roll-up", "what a customer and all below it cost, or cost centres",
              [this](System& system, const Console& console) {
                return roll_up_command(system, console, roll_up_);
              });
  roll_up->add_option("customer", roll_up_.customer, "the customer's key; without: cost centres");
  roll_up->add_option("--from", roll_up_.from, "first month (default: eleven before the last)");
  roll_up->add_option("--to", roll_up_.to, "last month, such as 2026-10 (default: the present)");
  roll_up->add_flag("--csv", roll_up_.csv, "as CSV");

  CLI::App* collective =
      declare(app, "collective", "documents of a customer and all below it, with one sum to pay",
              [this](System& system, const Console& console) {
                return collective_command(system, console, collective_);
              });
  collective->add_option("customer", collective_.customer, "the customer's key")->required();
  collective->add_option("--month", collective_.month,
                         "in which they were issued, such as 2026-11 (default: the present)");
  collective->add_flag("--csv", collective_.csv, "as CSV");

  CLI::App* margin = declare(app, "margin", "what a month brought beside what it cost",
                             [this](System& system, const Console& console) {
                               return margin_command(system, console, margin_);
                             });
  margin->add_option("month", margin_.month, "such as 2026-10 (default: the present)");
  margin->add_option("--by", margin_.by,
                     "customer, plan, charge, with commas (default: all three)");
  margin->add_flag("--csv", margin_.csv, "as CSV");

  add_analytics(app, declare);
}

void StructureCommands::add_analytics(CLI::App& app, const Declare& declare) {
  CLI::App* group = app.add_subcommand("analytics", "what a customer can learn from its costs");
  group->require_subcommand(1);
  const auto add = [&](const std::string& what, const std::string& help) {
    CLI::App* command =
        declare(*group, what, help, [this, what](System& system, const Console& console) {
          analytics_.what = what;
          return analytics_command(system, console, analytics_);
        });
    command->add_option("customer", analytics_.customer, "the customer's key")->required();
    command->add_flag("--csv", analytics_.csv, "as CSV");
    return command;
  };
  const auto add_months = [&](CLI::App* command) {
    command->add_option("--from", analytics_.from, "first month (default: eleven before the last)");
    command->add_option("--to", analytics_.to,
                        "last month, such as 2026-10 (default: the present)");
    return command;
  };
  add_months(add("trend", "what each month cost, with its change"));
  add_months(add("dearest", "what each charge cost, the dearest first"));
  add_months(add("allowances", "allowances and what of them was used"));
  add_months(add("unit", "what one of something cost"))
      ->add_option("unit", analytics_.unit, "a meter, or a quantity such as devices")
      ->required();
  add("plans", "what the last three issued months would have cost with other plans")
      ->add_option("--subscription", analytics_.subscription,
                   "whose plan is replaced (default: the only one that goes on)");
  add("benchmark", "how a month compares with others on the same plan")
      ->add_option("--month", analytics_.to, "such as 2026-10 (default: the present)");
}

}  // namespace reckoner::app
