#include "app/commands_disputes.hpp"

#include <fmt/format.h>

#include "accounts/focus_source.hpp"
#include "app/commands.hpp"
#include "app/commands_accounts.hpp"
#include "app/credited_line.hpp"
#include "app/recorded.hpp"
#include "engine/disputes.hpp"
#include "engine/explanation_json.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using engine::Dispute;

std::string subject_of(const Dispute& dispute) {
  return dispute.line ? fmt::format("line {} of {}", *dispute.line, dispute.document)
                      : dispute.document;
}

void tell(const Console& console, const Dispute& dispute) {
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object();
    engine::write_dispute_members(json, dispute);
    json.end_object();
    console.result(json);
    return;
  }
  console.result(fmt::format("dispute {} of {} about {} {} of {} is {}{}{}", dispute.number,
                             dispute.customer_key, dispute.amount.to_string(),
                             dispute.amount.currency().code(), subject_of(dispute), dispute.state,
                             dispute.credit_note.empty() ? "" : " by " + dispute.credit_note,
                             dispute.reason.empty() ? "" : ": " + dispute.reason));
}

/// Does `work(connection, customer)`, records it and says what has become of the dispute.
template <class Work>
int change(System& system, const Console& console, const std::string& customer,
           const std::string& action, Work work) {
  tell(console,
       recorded(
           system,
           [&](store::Connection& connection) {
             return work(connection, accounts::customer_of_key(connection, customer));
           },
           [&](const Dispute& dispute) {
             return accounts::AuditEntry{
                 .action = "dispute." + action,
                 .subject = fmt::format("dispute {} of {}", dispute.number, dispute.customer_key),
                 .customer = dispute.customer,
                 .after = engine::to_json(dispute)};
           }));
  return 0;
}

}  // namespace

int list_disputes_command(System& system, const Console& console,
                          const DisputeArguments& arguments) {
  auto connection = system.connection();
  const auto state = arguments.state.empty() ? std::nullopt : std::optional(arguments.state);
  const auto disputes =
      arguments.customer.empty()
          ? engine::list_disputes(*connection, state, std::nullopt, arguments.limit)
          : engine::list_disputes(*connection,
                                  accounts::customer_of_key(*connection, arguments.customer), state,
                                  std::nullopt, arguments.limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("disputes").begin_array();
    for (const Dispute& dispute : disputes) {
      json.begin_object();
      engine::write_dispute_members(json, dispute);
      json.end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"customer"},
                     {"dispute", text::Align::kRight},
                     {"about"},
                     {"amount", text::Align::kRight},
                     {"currency"},
                     {"state"},
                     {"message"}});
  for (const Dispute& dispute : disputes) {
    table.add({dispute.customer_key, std::to_string(dispute.number), subject_of(dispute),
               dispute.amount.to_string(), std::string(dispute.amount.currency().code()),
               dispute.state, dispute.message});
  }
  console.result(table.to_string());
  note_limit(console, disputes.size(), arguments.limit);
  return 0;
}

int show_dispute_command(System& system, const Console& console,
                         const DisputeArguments& arguments) {
  auto connection = system.connection();
  const CustomerId customer = accounts::customer_of_key(*connection, arguments.customer);
  const auto dispute = engine::find_dispute(*connection, customer, arguments.dispute);
  if (!dispute) throw Error(fmt::format("there is no dispute {}", arguments.dispute));
  if (!console.json()) {
    tell(console, *dispute);
    console.result(fmt::format("  {} wrote: {}", dispute->opened_by, dispute->message));
    if (dispute->line) {
      console.result(fmt::format("  how the line came about: reckoner explain {} {}",
                                 dispute->document, *dispute->line));
    }
    return 0;
  }
  text::JsonWriter json;
  json.begin_object();
  engine::write_dispute_members(json, *dispute);
  json.key("evidence");
  if (dispute->line) {
    engine::write_json(json, engine::explain(*connection, system.versions(), dispute->document,
                                             *dispute->line, {.limit = 20}));
  } else {
    json.null();
  }
  json.end_object();
  console.result(json);
  return 0;
}

int open_dispute_command(System& system, const Console& console,
                         const DisputeArguments& arguments) {
  return change(system, console, arguments.customer, "open",
                [&](store::Connection& connection, CustomerId customer) {
                  return engine::open_dispute(
                      connection, system.versions(),
                      {.customer = customer,
                       .document = arguments.document,
                       .line = arguments.line == 0 ? std::nullopt : std::optional(arguments.line),
                       .amount = arguments.amount.empty()
                                     ? std::nullopt
                                     : std::optional(money::Decimal::parse(arguments.amount)),
                       .message = arguments.message},
                      user_name(), system.clock()());
                });
}

int credit_dispute_command(System& system, const Console& console,
                           const DisputeArguments& arguments) {
  engine::DisputeCredit credit{.nature = invoicing::parse_credit_nature(arguments.nature),
                               .reason = arguments.reason};
  for (const std::string& line : arguments.lines) {
    credit.lines.push_back(parse_credited_line(line));
  }
  return change(system, console, arguments.customer, "credit",
                [&](store::Connection& connection, CustomerId customer) {
                  return engine::credit_dispute(connection, system.versions(), customer,
                                                arguments.dispute, credit, user_name(),
                                                system.clock()());
                });
}

int refuse_dispute_command(System& system, const Console& console,
                           const DisputeArguments& arguments) {
  return change(system, console, arguments.customer, "refuse",
                [&](store::Connection& connection, CustomerId customer) {
                  return engine::refuse_dispute(connection, system.versions(), customer,
                                                arguments.dispute, arguments.reason, user_name(),
                                                system.clock()());
                });
}

int withdraw_dispute_command(System& system, const Console& console,
                             const DisputeArguments& arguments) {
  return change(system, console, arguments.customer, "withdraw",
                [&](store::Connection& connection, CustomerId customer) {
                  return engine::withdraw_dispute(connection, system.versions(), customer,
                                                  arguments.dispute, user_name(), system.clock()());
                });
}

DisputeCommands::DisputeCommands(CLI::App& app, const Declare& declare) {
  const auto with = [this](int (*work)(System&, const Console&, const DisputeArguments&)) {
    return [this, work](System& system, const Console& console) {
      return work(system, console, arguments_);
    };
  };
  const auto customer = [this](CLI::App* command) {
    command->add_option("customer", arguments_.customer, "the customer's key")->required();
    return command;
  };
  const auto dispute = [&](CLI::App* command) {
    customer(command)->add_option("dispute", arguments_.dispute, "its number")->required();
    return command;
  };
  CLI::App* group = app.add_subcommand("disputes", "what customers do not agree to");
  group->require_subcommand(1);
  CLI::App* list = declare(*group, "list", "of a customer, or of all", with(list_disputes_command));
  list->add_option("customer", arguments_.customer, "only this customer's");
  list->add_option("--state", arguments_.state, "open, credited, refused or withdrawn")
      ->check(CLI::IsMember({"open", "credited", "refused", "withdrawn"}));
  list->add_option("--limit", arguments_.limit, "at most (default 100)")
      ->check(CLI::PositiveNumber);
  dispute(declare(*group, "show", "one, with --json its evidence", with(show_dispute_command)));
  CLI::App* open = customer(declare(*group, "open", "for a customer", with(open_dispute_command)));
  open->add_option("document", arguments_.document, "its number")->required();
  open->add_option("--line", arguments_.line, "of the document (default: all of it)")
      ->check(CLI::PositiveNumber);
  open->add_option("--amount", arguments_.amount, "what is disputed (default: all that is left)");
  open->add_option("--message", arguments_.message, "what is wrong")->required();
  CLI::App* credit = dispute(declare(*group, "credit", "issue a credit note: the customer is right",
                                     with(credit_dispute_command)));
  credit->add_option("--line", arguments_.lines, "LINE or LINE=AMOUNT (default: what is disputed)");
  credit->add_option("--as", arguments_.nature, "concession (default) or correction")
      ->check(CLI::IsMember({"concession", "correction"}));
  credit->add_option("--reason", arguments_.reason, "printed on the credit note")->required();
  CLI::App* refuse = dispute(
      declare(*group, "refuse", "the document stands as it is", with(refuse_dispute_command)));
  refuse->add_option("--reason", arguments_.reason, "the customer reads it")->required();
  dispute(declare(*group, "withdraw", "for the customer", with(withdraw_dispute_command)));
}

}  // namespace reckoner::app
