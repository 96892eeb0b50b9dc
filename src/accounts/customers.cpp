#include "accounts/customers.hpp"

#include <unordered_map>

#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kPage{"accounts.page_of_customers", R"(
  select customer_id from customer_key order by key limit $1::bigint offset $2::bigint)"};

constexpr store::Statement kFind{"accounts.find_customer",
                                 "select customer_id from customer_key where key = $1"};

constexpr store::Statement kCustomers{"accounts.summary_customers", R"(
  select c.customer_id, c.key, c.name, c.email, c.time_zone, c.anchor_day, c.country, c.tax_id,
         c.tax_exempt, c.legal_entity, p.reason
    from customer c left join parked p using (customer_id)
   where c.customer_id = any($1::bigint[])
   order by c.key)"};

constexpr store::Statement kPlans{"accounts.summary_plans", R"(
  select customer_id, plan from subscription
   where customer_id = any($1::bigint[]) and starts_at <= $2 and (ends_at is null or ends_at > $2)
   order by customer_id, subscription)"};

constexpr store::Statement kBalances{"accounts.summary_balances", R"(
  select customer_id, currency, balance from customer_balance
   where customer_id = any($1::bigint[]) order by customer_id, currency)"};

std::vector<CustomerSummary> read_summaries(store::Connection& connection, const store::Rows& rows,
                                            time::Instant now) {
  std::vector<std::int64_t> ids;
  for (const store::Row& row : rows) ids.push_back(row.int64("customer_id"));

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
                         .parked = row.optional_text("reason")});
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
  return read_summaries(connection, connection.query(kPage, {page.limit, page.offset}), now);
}

std::optional<CustomerSummary> read_customer(store::Connection& connection, std::string_view key,
                                             time::Instant now) {
  std::vector<CustomerSummary> found =
      read_summaries(connection, connection.query(kFind, {key}), now);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<CustomerSummary> find_customer(store::Connection& connection, std::string_view key,
                                             time::Instant now) {
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  return read_customer(connection, key, now);
}

}  // namespace reckoner::accounts
