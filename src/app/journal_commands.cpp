#include "app/journal_commands.hpp"

namespace reckoner::app {

JournalCommands::JournalCommands(CLI::App& app, const Declare& declare,
                                 const DefaultTo& default_to) {
  const auto with_arguments = [this](auto command) {
    return [this, command](System& system, const Console& console) {
      return command(system, console, arguments_);
    };
  };
  CLI::App* journal = app.add_subcommand("journal", "the ledger; alone: its entries");
  journal->require_subcommand(0, 1);
  default_to(journal, with_arguments(list_journal_command));
  add_filter(journal);
  journal->add_option("--limit", arguments_.limit, "at most this many entries (default 100)")
      ->check(CLI::Range(1, 100'000'000));
  add_filter(declare(*journal, "balance", "what each account moved; sums to zero",
                     with_arguments(journal_balance_command)));
  declare(*journal, "accounts", "the chart of accounts, and what is posted where",
          journal_accounts_command);
  add_month(declare(*journal, "close", "book nothing more in a month",
                    with_arguments(close_month_command)));
  CLI::App* reopen = declare(*journal, "reopen", "open the last closed month again",
                             with_arguments(reopen_month_command));
  add_month(reopen);
  reopen->add_option("--reason", arguments_.reason, "kept for ever")->required();
  add_export(*journal, declare);
  declare(*journal, "closings", "which months were closed and opened again, by whom",
          list_closings_command);
}

void JournalCommands::add_export(CLI::App& journal, const Declare& declare) {
  CLI::App* command = declare(journal, "export",
                              "entries as a file for hledger, ledger, beancount or a spreadsheet",
                              [this](System& system, const Console& console) {
                                return journal_export_command(system, console, export_);
                              });
  command
      ->add_option("--format", export_.format, "hledger (ledger reads it, too), beancount or csv")
      ->required();
  command->add_option("--from", export_.from, "first day, such as 2026-10-01");
  command->add_option("--to", export_.to, "last day");
  command->add_option("--customer", export_.customer, "only this customer's");
  command->add_option("--legal-entity", export_.legal_entity, "only its books");
  command->add_option("--out", export_.out, "the file (default: standard output)")
      ->type_name("FILE");
}

void JournalCommands::add_filter(CLI::App* command) {
  command->add_option("--from", arguments_.from, "first day, such as 2026-10-01");
  command->add_option("--to", arguments_.to, "last day");
  command->add_option("--customer", arguments_.customer, "only this customer's");
  command->add_option("--accounts", arguments_.accounts,
                      "only these accounts, by name or number: 1200,revenue");
  command->add_option("--legal-entity", arguments_.legal_entity, "only its books");
}

void JournalCommands::add_month(CLI::App* command) {
  command->add_option("month", arguments_.month, "such as 2026-10")->required();
  command->add_option("--legal-entity", arguments_.legal_entity, "whose books (default: default)");
}

}  // namespace reckoner::app
