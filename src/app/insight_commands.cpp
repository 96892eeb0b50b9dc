#include "app/insight_commands.hpp"

namespace reckoner::app {

InsightCommands::InsightCommands(CLI::App& app, CLI::App& invoices, const Declare& declare) {
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
}

}  // namespace reckoner::app
