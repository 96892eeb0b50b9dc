#include "accounts/journal.hpp"

#include <fmt/format.h>

#include <map>

#include "base/error.hpp"
#include "domain/legal_entity.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kCustomer{"accounts.customer_of_journal",
                                     "select customer_id from customer_key where key = $1"};

constexpr store::Statement kEntries{"accounts.page_of_journal", R"(
  select customer_id, entry, min(booked_on) as booked_on
    from posting
   where ($1::date is null or booked_on >= $1) and ($2::date is null or booked_on <= $2)
     and ($3::bigint is null or customer_id = $3)
     and (cardinality($4::text[]) = 0 or account = any($4))
     and ($5::text is null or legal_entity = $5)
   group by customer_id, entry
  having $7::date is null or (min(booked_on), customer_id, entry) > ($7, $8::bigint, $9::text)
   order by min(booked_on), customer_id, entry
   limit $6)"};

constexpr store::Statement kLines{"accounts.lines_of_journal", R"(
  select p.customer_id, p.entry, p.account, p.currency, p.amount, p.booked_on, p.legal_entity,
         c.key as customer, coalesce(i.number, m.reference, r.external_key, '') as reference
    from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
           as w(customer_id, entry, kind, number)
    join posting p on p.customer_id = w.customer_id and p.entry = w.entry
    join customer c on c.customer_id = p.customer_id
    left join issued i on i.customer_id = p.customer_id and i.ordinal = w.number
                      and w.kind in ('document', 'lapse')
    left join payment m on m.customer_id = p.customer_id and m.payment = w.number
                       and w.kind = 'payment'
    left join credit r on r.customer_id = p.customer_id and r.credit = w.number
                      and w.kind = 'credit'
   where cardinality($5::text[]) = 0 or p.account = any($5)
   order by p.booked_on, p.customer_id, p.entry, p.amount < 0, p.account)"};

constexpr store::Statement kBalances{"accounts.trial_balance", R"(
  select legal_entity, currency, account,
         coalesce(sum(amount) filter (where booked_on < $1::date), 0) as opening,
         coalesce(sum(amount) filter (where amount > 0 and booked_on >= coalesce($1, booked_on)), 0)
           as debit,
         coalesce(-sum(amount) filter (where amount < 0 and booked_on >= coalesce($1, booked_on)), 0)
           as credit
    from posting
   where ($2::date is null or booked_on <= $2) and ($3::bigint is null or customer_id = $3)
     and (cardinality($4::text[]) = 0 or account = any($4))
     and ($5::text is null or legal_entity = $5)
   group by legal_entity, currency, account
   order by legal_entity, currency, account)"};

std::optional<CustomerId> customer_of(store::Connection& connection, const std::string& key) {
  if (key.empty()) return std::nullopt;
  const auto row = connection.query(kCustomer, {key}).at_most_one();
  if (!row) throw Error(fmt::format("there is no customer '{}'", key));
  return CustomerId{row->int64("customer_id")};
}

/// "document:3" and "credit:1:2" name document 3 and credit 1.
struct EntryName {
  std::string kind;
  std::optional<std::int64_t> number;
};

EntryName parse_entry(const std::string& entry) {
  const std::size_t colon = std::min(entry.find(':'), entry.size());
  EntryName name{entry.substr(0, colon), std::nullopt};
  if (colon == entry.size()) return name;
  const std::string rest = entry.substr(colon + 1);
  const std::string digits = rest.substr(0, rest.find(':'));
  if (!digits.empty() && digits.size() <= 18 &&
      digits.find_first_not_of("0123456789") == std::string::npos) {
    name.number = std::stoll(digits);
  }
  return name;
}

}  // namespace

std::vector<JournalRow> list_journal(store::Connection& connection, const JournalFilter& filter,
                                     std::int64_t limit,
                                     const std::optional<JournalPosition>& behind) {
  std::vector<CustomerId> customers;
  std::vector<std::string> entries;
  std::vector<std::string> kinds;
  std::vector<std::optional<std::int64_t>> numbers;
  for (const store::Row& row :
       connection.query(kEntries, {filter.from, filter.to, customer_of(connection, filter.customer),
                                   filter.accounts, filter.legal_entity, limit,
                                   behind ? std::optional(behind->booked_on) : std::nullopt,
                                   behind ? std::optional(behind->customer) : std::nullopt,
                                   behind ? std::optional(behind->entry) : std::nullopt})) {
    customers.push_back({row.int64("customer_id")});
    entries.push_back(row.text("entry"));
    EntryName name = parse_entry(entries.back());
    kinds.push_back(std::move(name.kind));
    numbers.push_back(name.number);
  }
  std::vector<JournalRow> journal;
  for (const store::Row& row :
       connection.query(kLines, {customers, entries, kinds, numbers, filter.accounts})) {
    journal.push_back(
        {.customer_id = {row.int64("customer_id")},
         .booked_on = row.date("booked_on"),
         .customer = row.text("customer"),
         .entry = row.text("entry"),
         .reference = row.text("reference"),
         .account = row.text("account"),
         .amount = money::Money(row.decimal("amount"), money::Currency::of(row.text("currency"))),
         .legal_entity = row.text("legal_entity")});
  }
  return journal;
}

std::size_t entries_in(const std::vector<JournalRow>& rows) {
  std::size_t entries = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool goes_on = i > 0 && rows[i].customer_id == rows[i - 1].customer_id &&
                         rows[i].entry == rows[i - 1].entry;
    if (!goes_on) ++entries;
  }
  return entries;
}

std::vector<AccountBalance> trial_balance(store::Connection& connection,
                                          const JournalFilter& filter) {
  std::vector<AccountBalance> balances;
  for (const store::Row& row : connection.query(
           kBalances, {filter.from, filter.to, customer_of(connection, filter.customer),
                       filter.accounts, filter.legal_entity})) {
    const auto currency = money::Currency::of(row.text("currency"));
    const auto amount = [&](const char* column) {
      return money::Money(row.decimal(column), currency);
    };
    balances.push_back({.legal_entity = row.text("legal_entity"),
                        .account = row.text("account"),
                        .opening = amount("opening"),
                        .debit = amount("debit"),
                        .credit = amount("credit"),
                        .closing = amount("opening") + amount("debit") - amount("credit")});
  }
  return balances;
}

std::vector<std::string> out_of_balance(const std::vector<AccountBalance>& balances) {
  std::map<std::pair<std::string, std::string>, money::Money> sums;
  for (const AccountBalance& balance : balances) {
    const money::Currency currency = balance.closing.currency();
    sums.try_emplace({balance.legal_entity, std::string(currency.code())}, currency)
        .first->second += balance.closing;
  }
  std::vector<std::string> off;
  for (const auto& [books, sum] : sums) {
    if (sum.is_zero()) continue;
    off.push_back(fmt::format("{} {} is off by {}", domain::shown_entity(books.first), books.second,
                              sum.to_string()));
  }
  return off;
}

}  // namespace reckoner::accounts
