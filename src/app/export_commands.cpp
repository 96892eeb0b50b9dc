#include "app/export_commands.hpp"

namespace reckoner::app {

ExportCommands::ExportCommands(CLI::App& app, const Declare& declare, const DefaultTo& default_to) {
  const auto with_arguments = [this](auto command) {
    return [this, command](System& system, const Console& console) {
      return command(system, console, arguments_);
    };
  };
  CLI::App* group = app.add_subcommand(
      "export", "files for accounting and FinOps, each beginning where the last one ended");
  group->require_subcommand(0, 1);
  default_to(group, with_arguments(list_exports_command));
  add_new(*group, declare);
  declare(*group, "list", "what was handed over, the latest first",
          with_arguments(list_exports_command))
      ->add_option("--limit", arguments_.limit, "at most this many (default 100)")
      ->check(CLI::Range(1, 1'000'000));
  declare(*group, "show", "one export", with_arguments(show_export_command))
      ->add_option("export", arguments_.id, "its number")
      ->required();
  CLI::App* write = declare(*group, "write", "the bytes of an export, the same as ever",
                            with_arguments(write_export_command));
  write->add_option("export", arguments_.id, "its number")->required();
  write->add_option("--out", arguments_.out, "the file (default: standard output)")
      ->type_name("FILE");
  add_focus(*group, declare);
}

void ExportCommands::add_new(CLI::App& group, const Declare& declare) {
  CLI::App* command = declare(group, "new", "hand over what came since the last export like it",
                              [this](System& system, const Console& console) {
                                return new_export_command(system, console, arguments_);
                              });
  command->add_option("kind", arguments_.kind, "journal, focus or erp")->required();
  command->add_option(
      "--format", arguments_.format,
      "of journal hledger, beancount or csv; of erp the name of an export template");
  command->add_option("--customer", arguments_.customer, "only this customer's");
  command->add_option("--legal-entity", arguments_.legal_entity, "only its books");
  command->add_option("--out", arguments_.out, "also write the file")->type_name("FILE");
}

void ExportCommands::add_focus(CLI::App& group, const Declare& declare) {
  CLI::App* command = declare(group, "focus", "cost and usage by FOCUS 1.0, by day of issue",
                              [this](System& system, const Console& console) {
                                return focus_export_command(system, console, focus_);
                              });
  command->add_option("--from", focus_.from, "first day, such as 2026-10-01");
  command->add_option("--to", focus_.to, "last day");
  command->add_option("--customer", focus_.customer, "only this customer's");
  command->add_option("--legal-entity", focus_.legal_entity, "only its documents");
  command->add_option("--out", focus_.out, "the file (default: standard output)")
      ->type_name("FILE");
  CLI::App* read = declare(
      group, "read-focus", "sum a FOCUS file by month, service and sub-account",
      [this](System&, const Console& console) { return read_focus_command(console, read_); });
  read->add_option("file", read_.file, "CSV with a header")->required();
  read->add_option("--cost", read_.metric, "billed (default) or effective")
      ->check(CLI::IsMember({"billed", "effective"}));
  read->add_option("--month", read_.month, "of the billing period (default) or of the charge")
      ->check(CLI::IsMember({"billing", "charge"}));
}

}  // namespace reckoner::app
