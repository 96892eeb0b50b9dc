#include "accounts/customers.hpp"

#include <unordered_map>

#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kPage{"accounts.page_of_customers", R"(
  select customer_id from customer_key order by key limit $1::bigint offset $2::bigint)"};

constexpr store::Statement kBehind{"accounts.customers_behind", R"(
  select customer_id from customer_key where key > $1 order by key limit $2::bigint)"};

constexpr store::Statement kSearch{"accounts.search_customers", R"(
  select c.customer_id from customer c
    left join parked p on p.customer_id = c.customer_id
    left join held h on h.customer_id = c.customer_id and h.state = 'open'
   where c.key > $1 and (not $3 or p.customer_id is not null) and (not $4 or h.customer_id is not null)
     and ($5 = '' or position(lower($5) in lower(c.key || ' ' || c.name || ' ' || c.email)) > 0)
   order by c.key limit $2::bigint)"};

constexpr store::Statement kFind{"accounts.find_customer",
                                 "select customer_id from customer_key where key = $1"};

constexpr store::Statement kCustomers{"accounts.summary_customers", R"(
  select c.customer_id, c.key, c.name, c.email, c.time_zone, c.anchor_day, c.country, c.tax_id,
         c.tax_exempt, c.legal_entity, p.reason, h.customer_id is not null as held
    from customer c
    left join parked p on p.customer_id = c.customer_id
    left join held h on h.customer_id = c.customer_id and h.state = 'open'
   where c.customer_id = any($1::bigint[])
   order by c.key)"};

constexpr store::Statement kPlans{"accounts.summary_plans", R"(
  select customer_id, plan from subscription
   where customer_id = any($1::bigint[]) and starts_at <= $2 and (ends_at is null or ends_at > $2)
   order by customer_id, subscription)"};

constexpr store::Statement kBalances{"accounts.summary_balances", R"(
  select customer_id, currency, balance from customer_balance
   where customer_id = any($1::bigint[]) order by customer_id, currency)"};

std::vector<std::int64_t> ids_of(const store::Rows& rows) {
  std::vector<std::int64_t> ids;
  for (const store::Row& row : rows) ids.push_back(row.int64("customer_id"));
  return ids;
}

std::vector<CustomerSummary> read_summaries(store::Connection& connection,
                                            const std::vector<std::int64_t>& ids,
                                            time::Instant now) {
  std::vector<CustomerSummary> summaries;
  std::unordered_map<std::int64_t, std::size_t> positions;
  for (const store::Row& row : connection.query(kCustomers, {ids})) {
    positions.emplace(row.int64("customer_id"), summaries.size());
    summaries.push_back({.customer = {.id = {row.int64("customer_id")},
                                      .key = row.text("key"),
                                      .name = row.text("name"),
                                      .email = row.text("email"),
                                      .zone = time::Zone::named(row.text("time_zone")),
                                      .anchor_day = static_cast<int>(row.int64("anchor_day")),
                                      .country = row.text("country"),
                                      .tax_id = row.text("tax_id"),
                                      .tax_exempt = row.boolean("tax_exempt"),
                                      .legal_entity = row.text("legal_entity")},
                         .plans = {},
                         .balances = {},
                         .parked = row.optional_text("reason"),
                         .held = row.boolean("held")});
  }
  const auto summary_of = [&](const store::Row& row) -> CustomerSummary& {
    return summaries[positions.at(row.int64("customer_id"))];
  };
  for (const store::Row& row : connection.query(kPlans, {ids, now})) {
    summary_of(row).plans.push_back(row.text("plan"));
  }
  for (const store::Row& row : connection.query(kBalances, {ids})) {
    summary_of(row).balances.emplace_back(row.decimal("balance"),
                                          money::Currency::of(row.text("currency")));
  }
  return summaries;
}

}  // namespace

std::vector<CustomerSummary> list_customers(store::Connection& connection, const Page& page,
                                            time::Instant now) {
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  return read_summaries(connection, ids_of(connection.query(kPage, {page.limit, page.offset})),
                        now);
}

std::vector<CustomerSummary> search_customers(store::Connection& connection,
                                              const CustomerFilter& filter, std::int64_t limit,
                                              time::Instant now) {
  const bool all = filter.text.empty() && !filter.parked && !filter.held;
  const store::Rows rows = all ? connection.query(kBehind, {filter.behind, limit})
                               : connection.query(kSearch, {filter.behind, limit, filter.parked,
                                                            filter.held, filter.text});
  return read_summaries(connection, ids_of(rows), now);
}

std::optional<CustomerSummary> read_customer(store::Connection& connection, std::string_view key,
                                             time::Instant now) {
  std::vector<CustomerSummary> found =
      read_summaries(connection, ids_of(connection.query(kFind, {key})), now);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<CustomerSummary> read_customer(store::Connection& connection, CustomerId customer,
                                             time::Instant now) {
  std::vector<CustomerSummary> found = read_summaries(connection, {customer.value}, now);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<CustomerSummary> find_customer(store::Connection& connection, std::string_view key,
                                             time::Instant now) {
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  return read_customer(connection, key, now);
}

}  // namespace reckoner::accounts
