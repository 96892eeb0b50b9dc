#include "app/insight_commands.hpp"

namespace reckoner::app {

InsightCommands::InsightCommands(CLI::App& app, CLI::App& invoices, const Declare& declare,
                                 const DefaultTo& default_to) {
  CLI::App* alerts = declare(app, "alerts", "thresholds of budgets that months reached",
                             [this](System& system, const Console& console) {
                               return alerts_command(system, console, customer_, limit_);
                             });
  alerts->add_option("customer", customer_, "only this customer's");
  alerts->add_option("--limit", limit_, "rows at most (default 100)")
      ->check(CLI::Range(1, 100'000));

  CLI::App* anomalies =
      declare(app, "anomalies", "usage that is far from its own season",
              [this](System& system, const Console& console) {
                return anomalies_command(system, console, customer_, meter_, days_);
              });
  anomalies->add_option("customer", customer_, "the customer's key")->required();
  anomalies->add_option("--meter", meter_, "this one alone");
  anomalies->add_option("--days", days_, "how far back (default 30)")->check(CLI::Range(1, 90));

  CLI::App* compare =
      declare(invoices, "compare", "why a document costs more or less than the one before",
              [this](System& system, const Console& console) {
                return compare_command(system, console, number_);
              });
  compare->add_option("number", number_, "of the document")->required();
  add_budgets(app, declare, default_to);
}

void InsightCommands::add_budgets(CLI::App& app, const Declare& declare,
                                  const DefaultTo& default_to) {
  CLI::App* budgets =
      app.add_subcommand("budgets", "what may be spent in a month, by customers and cost centres");
  budgets->require_subcommand(0, 1);
  const auto list = [this](System& system, const Console& console) {
    return list_budgets_command(system, console, budgets_);
  };
  default_to(budgets, list);
  const auto add_owner = [this](CLI::App* command) {
    CLI::Option* customer =
        command->add_option("--customer", budgets_.customer, "the customer's key");
    command->add_option("--cost-centre", budgets_.cost_centre, "its name in allocation.xml")
        ->excludes(customer);
    return command;
  };
  const auto add_which = [&](CLI::App* command) {
    add_owner(command);
    command->add_option("--currency", budgets_.currency, "default: the setting billing.currency");
    command->add_option("--charge", budgets_.charge, "name of a charge (default: all together)");
    return command;
  };
  add_owner(declare(*budgets, "list", "all of them, or those of one", list));
  CLI::App* set =
      add_which(declare(*budgets, "set", "set one, in place of an earlier one of the same",
                        [this](System& system, const Console& console) {
                          return set_budget_command(system, console, budgets_);
                        }));
  set->add_option("amount", budgets_.amount, "of a month, before coupons and taxes")->required();
  set->add_option("--actual", budgets_.actual,
                  "tell when so much is spent: 80% or 1200.00; may stand several times");
  set->add_option("--forecast", budgets_.forecast, "tell when so much is forecast; likewise");
  set->add_option("--tell", budgets_.tell,
                  "an address that is told, of a cost centre; in place of those before");
  add_which(
      declare(*budgets, "remove", "remove one", [this](System& system, const Console& console) {
        return remove_budget_command(system, console, budgets_);
      }));
  add_owner(declare(*budgets, "log", "what was told, the latest first",
                    [this](System& system, const Console& console) {
                      return budget_log_command(system, console, budgets_);
                    }))
      ->add_option("--limit", budgets_.limit, "rows at most (default 100)")
      ->check(CLI::Range(1, 100'000));
}

}  // namespace reckoner::app
