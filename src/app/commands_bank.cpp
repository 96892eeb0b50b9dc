#include "app/commands_bank.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "accounts/import.hpp"
#include "accounts/reconciliation.hpp"
#include "app/commands.hpp"
#include "app/commands_accounts.hpp"
#include "app/recorded.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using accounts::StoredBankEntry;

void write_members(text::JsonWriter& json, const StoredBankEntry& stored) {
  const accounts::BankEntry& entry = stored.entry;
  json.key("entry").number(stored.number).key("account").string(entry.account);
  json.key("bank_id").string(entry.bank_id);
  json.key("booked_on").string(time::to_string(entry.booked_on));
  json.key("amount").string(entry.amount.to_string());
  json.key("currency").string(entry.amount.currency().code());
  json.key("counterparty").string(entry.counterparty).key("text").string(entry.remittance);
  json.key("state").string(stored.state).key("why").string(stored.why);
  json.key("customer").string(stored.customer).key("document").string(stored.document);
  json.key("reference").string(stored.reference).key("decided_by").string(stored.decided_by);
}

std::string to_json(const StoredBankEntry& stored) {
  text::JsonWriter json;
  json.begin_object();
  write_members(json, stored);
  json.end_object();
  return json.finish();
}

accounts::AuditEntry entry_of(std::string action, const StoredBankEntry& stored) {
  return {.action = "bank." + std::move(action),
          .subject = fmt::format("bank entry {}", stored.number),
          .after = to_json(stored)};
}

void tell(const Console& console, const StoredBankEntry& stored, std::string_view what) {
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object();
    write_members(json, stored);
    json.end_object();
    console.result(json);
  } else {
    console.result(fmt::format("bank entry {} of {} {} {}", stored.number,
                               stored.entry.amount.to_string(),
                               stored.entry.amount.currency().code(), what));
  }
}

}  // namespace

int import_bank_command(System& system, const Console& console, const BankArguments& arguments) {
  const std::string content = read_file(arguments.file);
  const std::string name = std::filesystem::path(arguments.file).filename().string();
  const auto version = system.active();
  const accounts::BankImport result = recorded(
      system,
      [&](store::Connection& connection) {
        return accounts::import_bank_file(
            connection, change_rules(system, connection, version->configuration()), name, content);
      },
      [&](const accounts::BankImport& imported) {
        return accounts::AuditEntry{
            .action = "bank.import",
            .subject = name,
            .after = fmt::format(R"({{"entries":{},"known":{},"booked":{},"open":{},"aside":{}}})",
                                 imported.entries, imported.known, imported.booked, imported.open,
                                 imported.aside)};
      });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("entries").number(result.entries).key("known").number(result.known);
    json.key("booked").number(result.booked).key("open").number(result.open);
    json.key("aside").number(result.aside).key("pending").number(result.pending).end_object();
    console.result(json);
  } else {
    console.result(fmt::format(
        "{} entries: {} booked, {} for the work list, {} set aside, {} known before{}",
        result.entries, result.booked, result.open, result.aside, result.known,
        result.pending > 0 ? fmt::format("; {} more are not booked by the bank yet", result.pending)
                           : ""));
  }
  return 0;
}

int list_bank_command(System& system, const Console& console, const BankArguments& arguments) {
  auto connection = system.connection();
  const auto entries = accounts::list_bank_entries(
      *connection, arguments.state.empty() ? std::nullopt : std::optional(arguments.state),
      std::nullopt, arguments.limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("entries").begin_array();
    for (const StoredBankEntry& stored : entries) {
      json.begin_object();
      write_members(json, stored);
      json.end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"entry", text::Align::kRight},
                     {"booked on"},
                     {"amount", text::Align::kRight},
                     {"currency"},
                     {"from"},
                     {"text"},
                     {"state"},
                     {"customer"},
                     {"why"}});
  for (const StoredBankEntry& stored : entries) {
    const accounts::BankEntry& entry = stored.entry;
    table.add({std::to_string(stored.number), time::to_string(entry.booked_on),
               entry.amount.to_string(), std::string(entry.amount.currency().code()),
               entry.counterparty, entry.remittance, stored.state, stored.customer, stored.why});
  }
  console.result(table.to_string());
  note_limit(console, entries.size(), arguments.limit);
  return 0;
}

int settle_bank_command(System& system, const Console& console, const BankArguments& arguments) {
  const auto version = system.active();
  const StoredBankEntry settled = recorded(
      system,
      [&](store::Connection& connection) {
        return accounts::settle_bank_entry(
            connection, change_rules(system, connection, version->configuration()), arguments.entry,
            {.customer = arguments.customer,
             .document = arguments.document,
             .as_instructed = arguments.as_instructed},
            user_name());
      },
      [](const StoredBankEntry& stored) { return entry_of("settle", stored); });
  tell(console, settled, fmt::format("is a payment of '{}'", settled.customer));
  return 0;
}

int set_aside_bank_command(System& system, const Console& console, const BankArguments& arguments) {
  const StoredBankEntry aside = recorded(
      system,
      [&](store::Connection& connection) {
        return accounts::set_bank_entry_aside(connection, arguments.entry, arguments.reason,
                                              user_name(), system.clock()());
      },
      [](const StoredBankEntry& stored) { return entry_of("set-aside", stored); });
  tell(console, aside, fmt::format("is set aside: {}", aside.why));
  return 0;
}

BankCommands::BankCommands(CLI::App& app, const Declare& declare) {
  const auto with = [this](int (*work)(System&, const Console&, const BankArguments&)) {
    return [this, work](System& system, const Console& console) {
      return work(system, console, arguments_);
    };
  };
  CLI::App* group =
      app.add_subcommand("bank", "statements of bank accounts, and whose money it was");
  group->require_subcommand(1);
  CLI::App* import =
      declare(*group, "import", "read a statement and book what is surely a customer's payment",
              with(import_bank_command));
  import->add_option("file", arguments_.file, "CAMT.053 or CSV (docs/reconciliation.md)")
      ->required();
  CLI::App* list =
      declare(*group, "list", "transactions, the latest first", with(list_bank_command));
  list->add_option("--state", arguments_.state, "open (the work list), booked or aside")
      ->check(CLI::IsMember({"open", "booked", "aside"}));
  list->add_option("--limit", arguments_.limit, "at most (default 100)")
      ->check(CLI::PositiveNumber);
  CLI::App* settle =
      declare(*group, "settle", "say whose payment it is", with(settle_bank_command));
  settle->add_option("entry", arguments_.entry, "its number in the list")->required();
  settle->add_option("customer", arguments_.customer, "the customer's key")->required();
  settle->add_option("--document", arguments_.document,
                     "number of the document it pays (default: the oldest first)");
  settle->add_flag("--as-instructed", arguments_.as_instructed,
                   "book what the payer ordered, in its currency");
  CLI::App* aside =
      declare(*group, "set-aside", "it is no payment of a customer", with(set_aside_bank_command));
  aside->add_option("entry", arguments_.entry, "its number in the list")->required();
  aside->add_option("--reason", arguments_.reason, "why")->required();
}

}  // namespace reckoner::app
