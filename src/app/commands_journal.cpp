#include "app/commands_journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "accounts/closings.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"
#include "text/json.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using accounts::AccountBalance;
using accounts::JournalRow;

time::Date parse_day(std::string_view option, const std::string& text) {
  try {
    return time::parse_date(text);
  } catch (const Error& error) {
    throw UsageError(fmt::format("{} {}: {}", option, text, error.what()));
  }
}

/// The id of a legal entity as it was typed.
std::string entity_of(const config::Configuration& active, const std::string& text) {
  if (text == domain::kDefaultEntity) return "";
  return active.legal_entity(text).id;
}

/// "4000 revenue", "revenue" where it has no number or is of no account of the active chart.
std::string shown_account(const domain::Chart& chart, const std::string& name) {
  for (const domain::LedgerAccount& account : chart.accounts) {
    if (account.name == name && !account.number.empty()) return account.number + " " + name;
  }
  return name;
}

void write_account(text::JsonWriter& json, const domain::Chart& chart, const std::string& name) {
  json.key("account").string(name);
  for (const domain::LedgerAccount& account : chart.accounts) {
    if (account.name != name) continue;
    json.key("number").string(account.number).key("title").string(account.title);
  }
}

std::vector<std::string> accounts_of(const domain::Chart& chart, std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string word(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    std::vector<std::string> known;
    const auto found = std::ranges::find_if(chart.accounts, [&](const auto& account) {
      known.insert(known.end(), {account.name, account.number});
      return account.name == word || (!word.empty() && account.number == word);
    });
    if (found == chart.accounts.end()) {
      throw UsageError(fmt::format("--accounts: the chart has no account '{}'{}", word,
                                   suggestion(word, known)));
    }
    names.push_back(found->name);
  }
  return names;
}

accounts::JournalFilter filter_of(const config::Configuration& active,
                                  const JournalArguments& arguments) {
  accounts::JournalFilter filter;
  if (!arguments.from.empty()) filter.from = parse_day("--from", arguments.from);
  if (!arguments.to.empty()) filter.to = parse_day("--to", arguments.to);
  filter.customer = arguments.customer;
  filter.accounts = accounts_of(active.chart, arguments.accounts);
  if (!arguments.legal_entity.empty()) {
    filter.legal_entity = entity_of(active, arguments.legal_entity);
  }
  return filter;
}

std::string debit_of(const money::Money& amount) {
  return amount.sign() > 0 ? amount.to_string() : "";
}
std::string credit_of(const money::Money& amount) {
  return amount.sign() < 0 ? (-amount).to_string() : "";
}

std::size_t entries_in(const std::vector<JournalRow>& rows) {
  std::size_t entries = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool goes_on =
        i > 0 && rows[i].customer == rows[i - 1].customer && rows[i].entry == rows[i - 1].entry;
    if (!goes_on) ++entries;
  }
  return entries;
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

void write_balances(text::JsonWriter& json, const domain::Chart& chart,
                    const std::vector<AccountBalance>& balances) {
  json.key("balances").begin_array();
  for (const AccountBalance& balance : balances) {
    json.begin_object();
    json.key("legal_entity").string(domain::shown_entity(balance.legal_entity));
    json.key("currency").string(balance.closing.currency().code());
    write_account(json, chart, balance.account);
    json.key("opening").string(balance.opening.to_string());
    json.key("debit").string(balance.debit.to_string());
    json.key("credit").string(balance.credit.to_string());
    json.key("closing").string(balance.closing.to_string()).end_object();
  }
  json.end_array();
}

/// "charge=bandwidth currency=EUR"
std::string conditions_of(const domain::PostingRule& rule) {
  std::vector<std::string> words;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) words.push_back(fmt::format("{}={}", name, value));
  };
  add("charge", rule.charge);
  add("plan", rule.plan);
  add("country", rule.country);
  add("category", rule.category);
  add("percent", rule.percent ? rule.percent->to_string() : "");
  add("currency", rule.currency);
  add("legal-entity", rule.entity);
  return fmt::format("{}", fmt::join(words, " "));
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
    books.legal_entity = entity_of(active, arguments.legal_entity);
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
    json.begin_object().key("lines").begin_array();
    for (const JournalRow& row : rows) {
      json.begin_object().key("booked_on").string(time::to_string(row.booked_on));
      json.key("legal_entity").string(domain::shown_entity(row.legal_entity));
      json.key("customer").string(row.customer).key("entry").string(row.entry);
      json.key("reference").string(row.reference);
      write_account(json, active.chart, row.account);
      json.key("currency").string(row.amount.currency().code());
      json.key("amount").string(row.amount.to_string()).end_object();
    }
    json.end_array().end_object();
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
  const std::size_t entries = entries_in(rows);
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
    json.begin_object();
    write_balances(json, active.chart, balances);
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
  std::map<std::string, std::vector<std::string>> posted;
  posted[std::string(domain::kReceivableAccount)] = {"what customers owe"};
  posted[std::string(domain::kPrepaidAccount)] = {"what is left of prepaid credits"};
  for (const domain::PostingRule& rule : chart.rules) {
    const std::string conditions = conditions_of(rule);
    posted[rule.account].push_back(fmt::format("{}{}{}", domain::to_string(rule.what),
                                               conditions.empty() ? "" : " ", conditions));
  }
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("accounts").begin_array();
    for (const domain::LedgerAccount& account : chart.accounts) {
      json.begin_object();
      write_account(json, chart, account.name);
      json.key("posted").begin_array();
      for (const std::string& what : posted[account.name]) json.string(what);
      json.end_array().end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"number"}, {"account"}, {"title"}, {"posted"}});
  for (const domain::LedgerAccount& account : chart.accounts) {
    table.add({account.number, account.name, account.title,
               fmt::format("{}", fmt::join(posted[account.name], ", "))});
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
    json.begin_object().key("closed").string(accounts::month_label(books.month));
    json.key("legal_entity").string(domain::shown_entity(books.legal_entity));
    json.key("credits_lapsed").number(closed.lapsed);
    write_balances(json, active.chart, closed.balances);
    json.key("series").begin_array();
    for (const accounts::SeriesHead& head : closed.heads) {
      json.begin_object().key("series").string(head.series).key("year").number(head.year);
      json.key("seq").number(head.seq).key("chain_hash").string(head.chain_hash).end_object();
    }
    json.end_array().end_object();
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
    json.begin_object().key("reopened").string(accounts::month_label(books.month));
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
    json.begin_object().key("closings").begin_array();
    for (const accounts::ClosingRecord& record : records) {
      json.begin_object().key("month").string(accounts::month_label(record.books.month));
      json.key("legal_entity").string(domain::shown_entity(record.books.legal_entity));
      json.key("action").string(record.action).key("at").string(time::to_string(record.at));
      json.key("by").string(record.by).key("reason").string(record.reason);
      json.key("stands").boolean(record.stands);
      json.key("trial_balance").json(text::parse_json(record.trial_balance));
      json.key("series_heads").json(text::parse_json(record.series_heads)).end_object();
    }
    json.end_array().end_object();
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
