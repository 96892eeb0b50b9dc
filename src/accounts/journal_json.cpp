#include "accounts/journal_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "domain/legal_entity.hpp"

namespace reckoner::accounts {

namespace {

void write_account(text::JsonWriter& json, const domain::Chart& chart, const std::string& name) {
  json.key("account").string(name);
  for (const domain::LedgerAccount& account : chart.accounts) {
    if (account.name != name) continue;
    json.key("number").string(account.number).key("title").string(account.title);
  }
}

void write_books(text::JsonWriter& json, const MonthOfBooks& books) {
  json.key("month").string(month_label(books.month));
  json.key("legal_entity").string(domain::shown_entity(books.legal_entity));
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

}  // namespace

void write_lines(text::JsonWriter& json, const domain::Chart& chart,
                 const std::vector<JournalRow>& rows) {
  json.begin_array();
  for (const JournalRow& row : rows) {
    json.begin_object().key("booked_on").string(time::to_string(row.booked_on));
    json.key("legal_entity").string(domain::shown_entity(row.legal_entity));
    json.key("customer").string(row.customer).key("entry").string(row.entry);
    json.key("reference").string(row.reference);
    write_account(json, chart, row.account);
    json.key("currency").string(row.amount.currency().code());
    json.key("amount").string(row.amount.to_string()).end_object();
  }
  json.end_array();
}

void write_balances(text::JsonWriter& json, const domain::Chart& chart,
                    const std::vector<AccountBalance>& balances) {
  json.begin_array();
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

void write_accounts(text::JsonWriter& json, const domain::Chart& chart) {
  json.begin_array();
  for (const domain::LedgerAccount& account : chart.accounts) {
    json.begin_object();
    write_account(json, chart, account.name);
    json.key("posted").begin_array();
    for (const std::string& what : posted_on(chart, account.name)) json.string(what);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_closings(text::JsonWriter& json, const std::vector<ClosingRecord>& records) {
  json.begin_array();
  for (const ClosingRecord& record : records) {
    json.begin_object();
    write_books(json, record.books);
    json.key("action").string(record.action).key("at").string(time::to_string(record.at));
    json.key("by").string(record.by).key("reason").string(record.reason);
    json.key("stands").boolean(record.stands);
    json.key("trial_balance").json(text::parse_json(record.trial_balance));
    json.key("series_heads").json(text::parse_json(record.series_heads)).end_object();
  }
  json.end_array();
}

void write_closed(text::JsonWriter& json, const domain::Chart& chart, const MonthOfBooks& books,
                  const ClosedBooks& closed) {
  json.begin_object();
  write_books(json, books);
  json.key("credits_lapsed").number(closed.lapsed);
  json.key("balances");
  write_balances(json, chart, closed.balances);
  json.key("series").begin_array();
  for (const SeriesHead& head : closed.heads) {
    json.begin_object().key("series").string(head.series).key("year").number(head.year);
    json.key("seq").number(head.seq).key("chain_hash").string(head.chain_hash).end_object();
  }
  json.end_array().end_object();
}

std::vector<std::string> posted_on(const domain::Chart& chart, std::string_view account) {
  std::vector<std::string> posted;
  if (account == domain::kReceivableAccount) posted.emplace_back("what customers owe");
  if (account == domain::kPrepaidAccount) posted.emplace_back("what is left of prepaid credits");
  for (const domain::PostingRule& rule : chart.rules) {
    if (rule.account != account) continue;
    const std::string conditions = conditions_of(rule);
    posted.push_back(fmt::format("{}{}{}", domain::to_string(rule.what),
                                 conditions.empty() ? "" : " ", conditions));
  }
  return posted;
}

}  // namespace reckoner::accounts
