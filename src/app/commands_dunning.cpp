#include "app/commands_dunning.hpp"

#include <fmt/format.h>

#include "accounts/customers.hpp"
#include "accounts/write_offs.hpp"
#include "app/commands.hpp"
#include "app/commands_accounts.hpp"
#include "app/recorded.hpp"
#include "engine/dunning_status.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using accounts::WriteOff;

std::string to_json(const WriteOff& write_off) {
  text::JsonWriter json;
  accounts::write_write_off(json, write_off);
  return json.finish();
}

accounts::AuditEntry entry_of(std::string action, const WriteOff& write_off) {
  return {.action = std::move(action),
          .subject = fmt::format("document {}", write_off.document),
          .customer = write_off.customer_id,
          .after = to_json(write_off)};
}

void tell(const Console& console, const WriteOff& write_off, std::string_view what) {
  if (console.json()) {
    text::JsonWriter json;
    accounts::write_write_off(json, write_off);
    console.result(json);
    return;
  }
  console.result(fmt::format("{} {} of {} {}: {}", write_off.amount.to_string(),
                             write_off.amount.currency().code(), write_off.document, what,
                             write_off.reason));
}

std::string steps_of(const engine::DunnedDocument& dunned) {
  std::vector<std::string> steps;
  for (const engine::DunnedDocument::Step& step : dunned.steps) {
    steps.push_back(fmt::format("{} {}{}", time::to_string(step.taken_on), step.name,
                                step.undone.empty() ? "" : " (undone)"));
  }
  return fmt::format("{}", fmt::join(steps, ", "));
}

}  // namespace

int list_dunning_command(System& system, const Console& console,
                         const DunningArguments& arguments) {
  auto connection = system.connection();
  engine::DunningFilter filter{.going_on = !arguments.all};
  if (!arguments.customer.empty()) {
    const auto known = accounts::find_customer(*connection, arguments.customer, system.clock()());
    if (!known) throw Error(fmt::format("there is no customer '{}'", arguments.customer));
    filter.customer = known->customer.id;
  }
  const auto documents = engine::list_dunning(*connection, filter, std::nullopt, arguments.limit,
                                              engine::dunning_steps_of(*system.active()));
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("dunning").begin_array();
    for (const engine::DunnedDocument& dunned : documents) engine::write_dunned(json, dunned);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  if (documents.empty()) {
    console.result("No document is being dunned.");
    return 0;
  }
  text::Table table({{"customer"},
                     {"document"},
                     {"due on"},
                     {"open", text::Align::kRight},
                     {"disputed", text::Align::kRight},
                     {"currency"},
                     {"steps"},
                     {"next"}});
  for (const engine::DunnedDocument& dunned : documents) {
    const engine::OverdueDocument& document = dunned.document;
    table.add({document.customer_key, document.number, time::to_string(document.due_on),
               document.open.to_string(), document.disputed.to_string(),
               std::string(document.open.currency().code()), steps_of(dunned),
               !dunned.goes_on ? dunned.end
               : dunned.next
                   ? fmt::format("{} {}", time::to_string(dunned.next->on), dunned.next->name)
                   : ""});
  }
  console.result(table.to_string());
  note_limit(console, documents.size(), arguments.limit);
  return 0;
}

int list_write_offs_command(System& system, const Console& console,
                            const DunningArguments& arguments) {
  const auto state = arguments.state == "all" ? std::nullopt : std::optional(arguments.state);
  const auto write_offs =
      accounts::list_write_offs(*system.connection(), state, std::nullopt, arguments.limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("write_offs").begin_array();
    for (const WriteOff& write_off : write_offs) accounts::write_write_off(json, write_off);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"document"},
                     {"customer"},
                     {"due on"},
                     {"proposed on"},
                     {"amount", text::Align::kRight},
                     {"currency"},
                     {"state"},
                     {"why"}});
  for (const WriteOff& write_off : write_offs) {
    table.add({write_off.document, write_off.customer, time::to_string(write_off.due_on),
               time::to_string(write_off.proposed_on), write_off.amount.to_string(),
               std::string(write_off.amount.currency().code()), write_off.state, write_off.reason});
  }
  console.result(table.to_string());
  note_limit(console, write_offs.size(), arguments.limit);
  return 0;
}

int accept_write_off_command(System& system, const Console& console,
                             const DunningArguments& arguments) {
  const auto version = system.active();
  const WriteOff accepted = recorded(
      system,
      [&](store::Connection& connection) {
        return accounts::accept_write_off(
            connection, change_rules(system, connection, version->configuration()),
            arguments.document, arguments.reason, user_name());
      },
      [](const WriteOff& write_off) { return entry_of("write-off.accept", write_off); });
  tell(console, accepted, "is written off");
  return 0;
}

int refuse_write_off_command(System& system, const Console& console,
                             const DunningArguments& arguments) {
  const WriteOff refused = recorded(
      system,
      [&](store::Connection& connection) {
        return accounts::refuse_write_off(connection, arguments.document, arguments.reason,
                                          user_name(), system.clock()());
      },
      [](const WriteOff& write_off) { return entry_of("write-off.refuse", write_off); });
  tell(console, refused, "is not written off");
  return 0;
}

DunningCommands::DunningCommands(CLI::App& app, const Declare& declare) {
  const auto with = [this](int (*work)(System&, const Console&, const DunningArguments&)) {
    return [this, work](System& system, const Console& console) {
      return work(system, console, arguments_);
    };
  };
  const auto limited = [this](CLI::App* command) {
    command->add_option("--limit", arguments_.limit, "at most (default 100)")
        ->check(CLI::PositiveNumber);
  };
  CLI::App* dunning = declare(app, "dunning", "documents that are overdue, and the steps taken",
                              with(list_dunning_command));
  dunning->add_option("customer", arguments_.customer, "only this customer's");
  dunning->add_flag("--all", arguments_.all, "also those that have come to an end");
  limited(dunning);

  CLI::App* group = app.add_subcommand("write-offs", "documents that are proposed to be given up");
  group->require_subcommand(1);
  CLI::App* list =
      declare(*group, "list", "the work list, or what became of it", with(list_write_offs_command));
  list->add_option("--state", arguments_.state, "open (default), accepted, refused, ended or all")
      ->check(CLI::IsMember({"open", "accepted", "refused", "ended", "all"}));
  limited(list);
  for (const auto& [name, help, work] :
       {std::tuple{"accept", "give up what is open of a document", &accept_write_off_command},
        std::tuple{"refuse", "go on asking for it", &refuse_write_off_command}}) {
    CLI::App* command = declare(*group, name, help, with(work));
    command->add_option("document", arguments_.document, "its number")->required();
    command->add_option("--reason", arguments_.reason, "why; kept for ever")->required();
  }
}

}  // namespace reckoner::app
