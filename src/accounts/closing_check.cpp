#include "accounts/closing_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "accounts/closings.hpp"
#include "domain/legal_entity.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kMonths{"accounts.months_of_ledger", R"(
  select legal_entity, currency, account, date_trunc('month', booked_on)::date as month,
         coalesce(sum(amount) filter (where amount > 0), 0) as debit,
         coalesce(-sum(amount) filter (where amount < 0), 0) as credit
    from posting
   group by legal_entity, currency, account, date_trunc('month', booked_on)
   order by legal_entity, currency, account, month)"};

constexpr store::Statement kHead{"accounts.issued_head", R"(
  select encode(chain_hash, 'hex') as chain_hash from issued
   where series = $1 and year = $2 and seq = $3)"};

/// What one account moved, by month.
struct AccountMonths {
  std::string legal_entity;
  std::string account;
  money::Currency currency;
  std::map<time::Date, std::pair<money::Money, money::Money>> months;  ///< debit, credit
};

std::vector<AccountMonths> read_months(store::Connection& connection) {
  std::vector<AccountMonths> ledger;
  for (const store::Row& row : connection.query(kMonths)) {
    const auto currency = money::Currency::of(row.text("currency"));
    const bool goes_on =
        !ledger.empty() && ledger.back().legal_entity == row.text("legal_entity") &&
        ledger.back().account == row.text("account") && ledger.back().currency == currency;
    if (!goes_on) {
      ledger.push_back({row.text("legal_entity"), row.text("account"), currency, {}});
    }
    ledger.back().months.emplace(row.date("month"),
                                 std::pair(money::Money(row.decimal("debit"), currency),
                                           money::Money(row.decimal("credit"), currency)));
  }
  return ledger;
}

/// The trial balance of a month, as close_month takes it.
std::vector<AccountBalance> balances_of(const std::vector<AccountMonths>& ledger,
                                        const MonthOfBooks& books) {
  std::vector<AccountBalance> balances;
  for (const AccountMonths& account : ledger) {
    if (account.legal_entity != books.legal_entity) continue;
    if (account.months.begin()->first > books.month) continue;
    const money::Money zero(account.currency);
    AccountBalance balance{books.legal_entity, account.account, zero, zero, zero, zero};
    for (const auto& [month, moved] : account.months) {
      if (month > books.month) break;
      balance.closing += moved.first - moved.second;
      if (month < books.month) {
        balance.opening += moved.first - moved.second;
      } else {
        balance.debit = moved.first;
        balance.credit = moved.second;
      }
    }
    balances.push_back(std::move(balance));
  }
  return balances;
}

/// Names the first account that differs.
std::string difference(const std::string& was, const std::string& is) {
  const text::Json before = text::parse_json(was);
  const text::Json now = text::parse_json(is);
  const auto shown = [](const text::Json& account) {
    return fmt::format("{} {} debit {} credit {} closing {}", account.at("account").as_string(),
                       account.at("currency").as_string(), account.at("debit").as_string(),
                       account.at("credit").as_string(), account.at("closing").as_string());
  };
  const std::size_t count = std::max(before.as_array().size(), now.as_array().size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string old = i < before.as_array().size() ? shown(before.as_array()[i]) : "nothing";
    const std::string found = i < now.as_array().size() ? shown(now.as_array()[i]) : "nothing";
    if (old != found) return fmt::format("was closed with {}, and has {}", old, found);
  }
  return "was closed with other opening balances";
}

void check_heads(store::Connection& connection, const ClosingRecord& record,
                 const std::string& name, store::CheckOutcome& outcome) {
  const text::Json heads = text::parse_json(record.series_heads);
  for (const text::Json& head : heads.as_array()) {
    const std::string& series = head.at("series").as_string();
    const std::int64_t year = std::stoll(head.at("year").as_number());
    const std::int64_t seq = std::stoll(head.at("seq").as_number());
    const auto row = connection.query(kHead, {series, year, seq}).at_most_one();
    if (row && row->text("chain_hash") == head.at("chain_hash").as_string()) continue;
    outcome.add_wrong(fmt::format("{}: number {} of series {}{} {}", name, seq, series,
                                  year == 0 ? "" : fmt::format(" of {}", year),
                                  row ? "has another hash than it was closed with" : "is gone"));
  }
}

}  // namespace

store::CheckOutcome check_closed_months(store::Connection& connection) {
  store::CheckOutcome outcome{.name = "closed-months",
                              .claim = "the books of closed months are what they were closed with",
                              .unit = "months"};
  outcome.invariant = "V2";
  std::vector<ClosingRecord> standing;
  for (ClosingRecord& record : list_closings(connection)) {
    if (record.stands) standing.push_back(std::move(record));
  }
  if (standing.empty()) return outcome;
  const std::vector<AccountMonths> ledger = read_months(connection);
  for (const ClosingRecord& record : standing) {
    ++outcome.checked;
    const std::string name = fmt::format("{} of legal entity '{}'", month_label(record.books.month),
                                         domain::shown_entity(record.books.legal_entity));
    const std::string found = to_json(balances_of(ledger, record.books));
    if (found != record.trial_balance) {
      outcome.add_wrong(fmt::format("{} {}", name, difference(record.trial_balance, found)));
    }
    check_heads(connection, record, name, outcome);
  }
  return outcome;
}

}  // namespace reckoner::accounts
