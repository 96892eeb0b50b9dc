#include "engine/pool_report.hpp"

#include <algorithm>
#include <map>

#include "store/cursor.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kShares{"list pool shares", R"(
  select s.customer_id, s.pool, s.month, s.cycle, s.falls_on, s.currency, s.amount, s.description,
         s.tax, s.facts, c.key, c.name,
         coalesce((select sum(l.amount)
                     from document_line l
                    where l.customer_id = s.customer_id and l.period_starts_at = p.starts_at
                      and l.cycle = s.cycle and l.side = 'arrears' and l.key = $3 and l.counts
                      and not exists (select from document_void v
                                       where v.customer_id = l.customer_id
                                         and v.ordinal = l.ordinal and v.mode = 'rebill')),
                  0) as billed
    from pool_share s
    join customer c on c.customer_id = s.customer_id
    left join billing_period p on p.customer_id = s.customer_id and p.cycle = s.cycle
                              and p.side = 'arrears' and p.starts_on <= s.falls_on
                              and p.ends_on > s.falls_on
   where s.pool = $1 and s.month = $2 and c.key > $4
   order by c.key limit $5)"};

constexpr store::Statement kCut{"show current cut", "select cut from cut_counter"};

constexpr store::Statement kNames{"show names of customers", R"(
  select customer_id, key, name from customer where customer_id = any($1::bigint[]))"};

constexpr int kPageShares = 1000;

ReportedShare share_of(const store::Row& row) {
  PoolShare share = read_pool_share(row);
  const money::Currency currency = share.amount.currency();
  return {row.text("key"), row.text("name"), std::move(share), {row.decimal("billed"), currency}};
}

}  // namespace

std::vector<ReportedShare> list_pool_shares(store::Connection& connection, const std::string& pool,
                                            const std::string& month, const std::string& behind,
                                            std::int64_t limit) {
  std::vector<ReportedShare> shares;
  for (const store::Row& row :
       connection.query(kShares, {pool, month, pool_line_key(pool, month), behind, limit})) {
    shares.push_back(share_of(row));
  }
  return shares;
}

void for_each_pool_share(store::Connection& connection, const std::string& pool,
                         const std::string& month,
                         const std::function<void(const ReportedShare&)>& take,
                         const std::function<void()>& page_taken) {
  const std::optional<std::int64_t> no_limit;
  store::Cursor cursor(connection, kShares, {pool, month, pool_line_key(pool, month), "", no_limit},
                       kPageShares);
  for (store::Rows page = cursor.next(); !page.empty(); page = cursor.next()) {
    for (const store::Row& row : page) take(share_of(row));
    page_taken();
  }
}

std::vector<ReportedShare> preview_pool_shares(store::Connection& connection, Versions& versions,
                                               const domain::CostPool& pool,
                                               const std::string& month,
                                               const money::Money& amount) {
  const auto active = versions.active(connection);
  RK_CHECK(active.has_value());
  const auto compiled = versions.load(connection, *active);
  FactReader facts(connection, {connection.query(kCut).only().int64("cut"), /*tail=*/true});
  PoolDivision division = divide_pool(facts, connection, *compiled, pool, month, amount);
  std::vector<CustomerId> ids;
  for (const auto& [customer, share] : division.shares) ids.push_back(customer);
  std::map<CustomerId, std::pair<std::string, std::string>> names;
  for (const store::Row& row : connection.query(kNames, {ids})) {
    names.emplace(CustomerId{row.int64("customer_id")},
                  std::pair(row.text("key"), row.text("name")));
  }
  std::vector<ReportedShare> shares;
  for (auto& [customer, share] : division.shares) {
    const auto& [key, name] = names.at(customer);
    shares.push_back({key, name, std::move(share), money::Money(amount.currency())});
  }
  std::ranges::sort(shares, {}, &ReportedShare::customer_key);
  return shares;
}

}  // namespace reckoner::engine
