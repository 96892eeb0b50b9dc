#include "accounts/pool_amounts.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "accounts/closings.hpp"
#include "base/suggest.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kLock{"accounts.lock_pool_amounts",
                                 "lock table pool_amount in share row exclusive mode"};

constexpr store::Statement kBefore{"accounts.pool_amounts", R"(
  select n.position, a.amount, a.currency, a.note
    from unnest($1::int[], $2::text[], $3::text[]) as n(position, pool, month)
    join pool_amount a on a.pool = n.pool and a.month = n.month)"};

constexpr store::Statement kDividedOtherwise{"accounts.pool_currencies", R"(
  select d.pool, d.month, d.currency
    from unnest($1::text[], $2::text[], $3::text[]) as n(pool, month, currency)
    join pool_division d on d.pool = n.pool and d.month = n.month and d.currency <> n.currency
   order by d.pool, d.month limit 1)"};

constexpr store::Statement kSet{"accounts.set_pool_amounts", R"(
  insert into pool_amount (pool, month, currency, amount, note, entered_at)
  select pool, month, currency, amount, note, $6
    from unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::text[])
           as n(pool, month, currency, amount, note)
  on conflict (pool, month) do update
    set currency = excluded.currency, amount = excluded.amount, note = excluded.note,
        entered_at = excluded.entered_at)"};

constexpr store::Statement kMonths{"list pool months", R"(
  select a.pool, a.month, a.currency, a.amount, a.note, a.entered_at, d.amount as divided,
         d.customers, d.divided_at, coalesce(p.reason, '') as problem, p.since as problem_since
    from pool_amount a
    left join pool_division d on d.pool = a.pool and d.month = a.month
    left join pool_problem p on p.pool = a.pool and p.month = a.month
   where ($1 = '' or a.pool = $1) and ($2 = '' or a.month = $2)
   order by a.pool, a.month desc)"};

void check(const config::Configuration& active, const PoolAmount& amount) {
  const domain::CostPool& pool = require_pool(active, amount.pool);
  if (month_label(parse_month(amount.month)) != amount.month) {
    throw Error(fmt::format("'{}' is not a month such as 2026-10", amount.month));
  }
  if (pool.currency != amount.amount.currency()) {
    throw Error(fmt::format("cost pool '{}' is in {}, not in {}", pool.name, pool.currency.code(),
                            amount.amount.currency().code()));
  }
}

}  // namespace

void lock_pool_amounts(store::Connection& connection) {
  connection.execute(kLock);
}

std::string to_json(const PoolAmount& amount) {
  text::JsonWriter json;
  json.begin_object().key("amount").string(amount.amount.to_string());
  json.key("currency").string(amount.amount.currency().code());
  json.key("note").string(amount.note).end_object();
  return json.finish();
}

std::string subject_of(const PoolAmount& amount) {
  return fmt::format("cost pool '{}' of {}", amount.pool, amount.month);
}

const domain::CostPool& require_pool(const config::Configuration& configuration,
                                     const std::string& name) {
  if (const domain::CostPool* pool = configuration.allocation.pool(name)) return *pool;
  std::vector<std::string> names;
  for (const domain::CostPool& pool : configuration.allocation.pools) names.push_back(pool.name);
  throw Error(fmt::format("there is no cost pool '{}'{}", name, suggestion(name, names)));
}

std::vector<PoolEntry> set_pool_amounts(store::Connection& connection,
                                        const config::Configuration& active,
                                        std::span<const PoolAmount> amounts, time::Instant now) {
  std::vector<std::int64_t> positions;
  std::vector<std::string> pools;
  std::vector<std::string> months;
  std::vector<std::string> currencies;
  std::set<std::pair<std::string, std::string>> seen;
  lock_pool_amounts(connection);
  for (const PoolAmount& amount : amounts) {
    check(active, amount);
    if (!seen.emplace(amount.pool, amount.month).second) {
      throw Error(fmt::format("{} of cost pool '{}' is there twice", amount.month, amount.pool));
    }
    positions.push_back(std::ssize(positions));
    pools.push_back(amount.pool);
    months.push_back(amount.month);
    currencies.emplace_back(amount.amount.currency().code());
  }
  for (const store::Row& row : connection.query(kDividedOtherwise, {pools, months, currencies})) {
    throw Error(fmt::format("{} of cost pool '{}' was divided in {}", row.text("month"),
                            row.text("pool"), row.text("currency")));
  }
  std::vector<PoolEntry> entries(amounts.size(), PoolEntry::kCreated);
  for (const store::Row& row : connection.query(kBefore, {positions, pools, months})) {
    const auto at = static_cast<std::size_t>(row.int64("position"));
    const PoolAmount& amount = amounts[at];
    const bool same = row.decimal("amount") == amount.amount.amount() &&
                      row.text("currency") == amount.amount.currency().code() &&
                      row.text("note") == amount.note;
    entries[at] = same ? PoolEntry::kUnchanged : PoolEntry::kChanged;
  }
  pools.clear();
  months.clear();
  currencies.clear();
  std::vector<money::Decimal> figures;
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if (entries[i] == PoolEntry::kUnchanged) continue;
    pools.push_back(amounts[i].pool);
    months.push_back(amounts[i].month);
    currencies.emplace_back(amounts[i].amount.currency().code());
    figures.push_back(amounts[i].amount.amount());
    notes.push_back(amounts[i].note);
  }
  if (!pools.empty()) connection.execute(kSet, {pools, months, currencies, figures, notes, now});
  return entries;
}

PoolEntry set_pool_amount(store::Connection& connection, const config::Configuration& active,
                          const PoolAmount& amount, time::Instant now) {
  return set_pool_amounts(connection, active, std::span(&amount, 1), now).front();
}

std::vector<PoolMonth> list_pool_months(store::Connection& connection, const std::string& pool,
                                        const std::string& month) {
  std::vector<PoolMonth> months;
  for (const store::Row& row : connection.query(kMonths, {pool, month})) {
    const money::Currency currency = money::Currency::of(row.text("currency"));
    PoolMonth one{.entered = {.pool = row.text("pool"),
                              .month = row.text("month"),
                              .amount = {row.decimal("amount"), currency},
                              .note = row.text("note")},
                  .entered_at = row.instant("entered_at"),
                  .divided = std::nullopt,
                  .customers = 0,
                  .divided_at = row.optional_instant("divided_at"),
                  .problem = row.text("problem"),
                  .problem_since = row.optional_instant("problem_since")};
    if (const auto divided = row.optional_decimal("divided")) {
      one.divided.emplace(*divided, currency);
      one.customers = row.int64("customers");
    }
    months.push_back(std::move(one));
  }
  return months;
}

}  // namespace reckoner::accounts
