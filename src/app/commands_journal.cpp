#include "app/commands_journal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "accounts/book_names.hpp"
#include "accounts/closings.hpp"
#include "accounts/journal_json.hpp"
#include "app/day_range.hpp"
#include "base/error.hpp"
#include "text/json.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using accounts::AccountBalance;
using accounts::JournalRow;

/// "4000 revenue", "revenue" where it has no number or is of no account of the active chart.
std::string shown_account(const domain::Chart& chart, const std::string& name) {
  for (const domain::LedgerAccount& account : chart.accounts) {
    if (account.name == name && !account.number.empty()) return account.number + " " + name;
  }
  return name;
}

std::vector<std::string> accounts_of(const domain::Chart& chart, std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string word(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    try {
      names.push_back(accounts::account_named(chart, word));
    } catch (const Error& error) {
      throw UsageError(fmt::format("--accounts: {}", error.what()));
    }
  }
  return names;
}

accounts::JournalFilter filter_of(const config::Configuration& active,
                                  const JournalArguments& arguments) {
  accounts::JournalFilter filter;
  const DayRange days = day_range(arguments.from, arguments.to);
  filter.from = days.from;
  filter.to = days.to;
  filter.customer = arguments.customer;
  filter.accounts = accounts_of(active.chart, arguments.accounts);
  if (!arguments.legal_entity.empty()) {
    filter.legal_entity = accounts::entity_named(active, arguments.legal_entity);
  }
  return filter;
}

std::string debit_of(const money::Money& amount) {
  return amount.sign() > 0 ? amount.to_string() : "";
}
std::string credit_of(const money::Money& amount) {
  return amount.sign() < 0 ? (-amount).to_string() : "";
}

bool has_several_entities(const config::Configuration& active) {
  return active.legal_entities.size() > 1;
}

void show_balances(const Console& console, const config::Configuration& active,
                   const std::vector<AccountBalance>& balances) {
  text::Table table({{"legal entity"},
                     {"currency"},
                     {"account"},
                     {"opening", text::Align::kRight},
                     {"debit", text::Align::kRight},
                     {"credit", text::Align::kRight},
                     {"closing", text::Align::kRight}});
  for (std::size_t i = 0; i < balances.size(); ++i) {
    const AccountBalance& balance = balances[i];
    const std::string entity(domain::shown_entity(balance.legal_entity));
    const money::Currency currency = balance.closing.currency();
    table.add({entity, std::string(currency.code()), shown_account(active.chart, balance.account),
               balance.opening.to_string(), balance.debit.to_string(), balance.credit.to_string(),
               balance.closing.to_string()});
    const bool ends = i + 1 == balances.size() ||
                      balances[i + 1].legal_entity != balance.legal_entity ||
                      balances[i + 1].closing.currency() != currency;
    if (!ends) continue;
    money::Money opening(currency);
    money::Money debit(currency);
    money::Money credit(currency);
    money::Money closing(currency);
    for (const AccountBalance& of : balances) {
      if (of.legal_entity != balance.legal_entity || of.closing.currency() != currency) continue;
      opening += of.opening;
      debit += of.debit;
      credit += of.credit;
      closing += of.closing;
    }
    table.add({entity, std::string(currency.code()), "in all", opening.to_string(),
               debit.to_string(), credit.to_string(), closing.to_string()});
  }
  console.result(table.to_string());
}

accounts::MonthOfBooks month_of(const config::Configuration& active,
                                const JournalArguments& arguments) {
  accounts::MonthOfBooks books;
  try {
    books.month = accounts::parse_month(arguments.month);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  if (!arguments.legal_entity.empty()) {
    books.legal_entity = accounts::entity_named(active, arguments.legal_entity);
  }
  return books;
}

}  // namespace

int list_journal_command(System& system, const Console& console,
                         const JournalArguments& arguments) {
  const auto version = system.active();
  const config::Configuration& active = version->configuration();
  auto connection = system.patient_connection();
  const auto rows =
      accounts::list_journal(connection, filter_of(active, arguments), arguments.limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("lines");
    accounts::write_lines(json, active.chart, rows);
    json.end_object();
    console.result(json);
    return 0;
  }
  std::vector<text::TableColumn> columns{{"day"},
                                         {"customer"},
                                         {"entry"},
                                         {"for"},
                                         {"account"},
                                         {"debit", text::Align::kRight},
                                         {"credit", text::Align::kRight},
                                         {"currency"}};
  if (has_several_entities(active)) columns.push_back({"legal entity"});
  text::Table table(columns);
  for (const JournalRow& row : rows) {
    std::vector<std::string> cells{time::to_string(row.booked_on),
                                   row.customer,
                                   row.entry,
                                   row.reference,
                                   shown_account(active.chart, row.account),
                                   debit_of(row.amount),
                                   credit_of(row.amount),
                                   std::string(row.amount.currency().code())};
    if (has_several_entities(active)) {
      cells.emplace_back(domain::shown_entity(row.legal_entity));
    }
    table.add(std::move(cells));
  }
  console.result(table.to_string());
  const std::size_t entries = accounts::entries_in(rows);
  if (entries >= static_cast<std::size_t>(arguments.limit)) {
    console.note(fmt::format("The first {} entries; --limit N shows more.", entries));
  }
  return 0;
}

int journal_balance_command(System& system, const Console& console,
                            const JournalArguments& arguments) {
  const auto version = system.active();
  const config::Configuration& active = version->configuration();
  auto connection = system.patient_connection();
  const accounts::JournalFilter filter = filter_of(active, arguments);
  const auto balances = accounts::trial_balance(connection, filter);
  // Some accounts alone need not sum to zero.
  const auto off =
      filter.accounts.empty() ? accounts::out_of_balance(balances) : std::vector<std::string>();
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("balances");
    accounts::write_balances(json, active.chart, balances);
    json.key("out_of_balance").begin_array();
    for (const std::string& line : off) json.string(line);
    json.end_array().end_object();
    console.result(json);
  } else {
    show_balances(console, active, balances);
    for (const std::string& line : off) console.result(line + "\n");
  }
  return off.empty() ? 0 : 1;
}

int journal_accounts_command(System& system, const Console& console) {
  const auto version = system.active();
  const domain::Chart& chart = version->configuration().chart;
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("accounts");
    accounts::write_accounts(json, chart);
    json.end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"number"}, {"account"}, {"title"}, {"posted"}});
  for (const domain::LedgerAccount& account : chart.accounts) {
    table.add({account.number, account.name, account.title,
               fmt::format("{}", fmt::join(accounts::posted_on(chart, account.name), ", "))});
  }
  console.result(table.to_string());
  return 0;
}

int close_month_command(System& system, const Console& console, const JournalArguments& arguments) {
  const auto version = system.active();
  const config::Configuration& active = version->configuration();
  const accounts::MonthOfBooks books = month_of(active, arguments);
  // It reads the whole ledger: not on a connection whose statements are cut off.
  auto connection = system.patient_connection();
  connection.mark_commits(true);
  const accounts::ClosedBooks closed =
      accounts::close_month(connection, active, books, user_name(), system.clock()());
  if (console.json()) {
    text::JsonWriter json;
    accounts::write_closed(json, active.chart, books, closed);
    console.result(json);
    return 0;
  }
  show_balances(console, active, closed.balances);
  for (const accounts::SeriesHead& head : closed.heads) {
    console.result(fmt::format("{}{}: {} numbers, head {}\n", head.series,
                               head.year == 0 ? "" : fmt::format(" {}", head.year), head.seq,
                               head.chain_hash));
  }
  if (closed.lapsed > 0) {
    console.result(fmt::format("{} expired prepaid credits lapsed\n", closed.lapsed));
  }
  console.result(fmt::format("{} of legal entity '{}' is closed\n",
                             accounts::month_label(books.month),
                             domain::shown_entity(books.legal_entity)));
  return 0;
}

int reopen_month_command(System& system, const Console& console,
                         const JournalArguments& arguments) {
  const auto version = system.active();
  const accounts::MonthOfBooks books = month_of(version->configuration(), arguments);
  system.change([&](store::Connection& connection) {
    accounts::reopen_month(connection, books, user_name(), arguments.reason, system.clock()());
  });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("month").string(accounts::month_label(books.month));
    json.key("legal_entity").string(domain::shown_entity(books.legal_entity)).end_object();
    console.result(json);
  } else {
    console.result(fmt::format("{} of legal entity '{}' is open again\n",
                               accounts::month_label(books.month),
                               domain::shown_entity(books.legal_entity)));
  }
  return 0;
}

int list_closings_command(System& system, const Console& console) {
  auto connection = system.connection();
  const auto records = accounts::list_closings(*connection);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("closings");
    accounts::write_closings(json, records);
    json.end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"legal entity"}, {"month"}, {"action"}, {"at"}, {"by"}, {"reason"}, {""}});
  for (const accounts::ClosingRecord& record : records) {
    table.add({std::string(domain::shown_entity(record.books.legal_entity)),
               accounts::month_label(record.books.month), record.action, time::to_string(record.at),
               record.by, record.reason, record.stands ? "closed" : ""});
  }
  console.result(table.to_string());
  return 0;
}

}  // namespace reckoner::app
