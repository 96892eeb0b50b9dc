#include "engine/alerts.hpp"

#include "engine/told.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kOfCustomer{"alerts of a customer", R"(
  select c.key, a.customer_id, a.alert, a.month, a.currency, a.charge, a.basis, a.limit_amount,
         a.budget_amount, a.percent, a.spent, a.cut, a.told_at
    from alert a join customer c on c.customer_id = a.customer_id
   where a.customer_id = $1 and ($2::bigint is null or a.alert < $2)
   order by a.alert desc limit $3)"};
constexpr store::Statement kOfAll{"list alerts", R"(
  select c.key, a.customer_id, a.alert, a.month, a.currency, a.charge, a.basis, a.limit_amount,
         a.budget_amount, a.percent, a.spent, a.cut, a.told_at
    from alert a join customer c on c.customer_id = a.customer_id
   where $1::timestamptz is null or a.told_at < $1
      or a.told_at = $1 and (a.customer_id, a.alert) > ($2::bigint, $3::bigint)
   order by a.told_at desc, a.customer_id, a.alert limit $4)"};
constexpr store::Statement kTold{"alerts told of months", R"(
  select c.key, a.customer_id, a.alert, a.month, a.currency, a.charge, a.basis, a.limit_amount,
         a.budget_amount, a.percent, a.spent, a.cut, a.told_at
    from alert a join customer c on c.customer_id = a.customer_id
   where a.customer_id = $1 and a.month = any($2::text[]))"};
constexpr store::Statement kHold{"hold alerts", R"(
  select pg_advisory_xact_lock(hashtextextended('alert', $1)))"};
constexpr store::Statement kLast{"last alert", R"(
  select coalesce(max(alert), 0) as alert from alert where customer_id = $1)"};
constexpr store::Statement kKeep{"keep alert", R"(
  insert into alert (customer_id, alert, month, currency, charge, basis, limit_amount,
                     budget_amount, percent, spent, cut, told_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  on conflict (customer_id, month, currency, charge, basis, limit_amount) do nothing)"};

Alert alert_of(const store::Row& row) {
  return {.customer = {row.int64("customer_id")},
          .customer_key = row.text("key"),
          .number = row.int64("alert"),
          .month = row.text("month"),
          .reached = reached_of(row),
          .cut = row.int64("cut"),
          .told_at = row.instant("told_at")};
}

std::vector<Alert> alerts_of(const store::Rows& rows) {
  std::vector<Alert> alerts;
  for (const store::Row& row : rows) alerts.push_back(alert_of(row));
  return alerts;
}

}  // namespace

std::vector<Alert> list_alerts(store::Connection& connection, CustomerId customer,
                               std::optional<std::int64_t> below, std::int64_t limit) {
  return alerts_of(connection.query(kOfCustomer, {customer, below, limit}));
}

std::vector<Alert> list_alerts(store::Connection& connection,
                               const std::optional<AlertPlace>& behind, std::int64_t limit) {
  if (!behind) {
    return alerts_of(connection.query(
        kOfAll, {std::optional<time::Instant>(), std::int64_t{0}, std::int64_t{0}, limit}));
  }
  return alerts_of(connection.query(
      kOfAll, {std::optional(behind->told_at), behind->customer.value, behind->number, limit}));
}

std::vector<Alert> told_alerts(store::Connection& connection, CustomerId customer,
                               const std::vector<std::string>& months) {
  return alerts_of(connection.query(kTold, {customer, months}));
}

std::optional<std::int64_t> keep_alert(store::Connection& connection, const Alert& alert) {
  const insight::Reached& reached = alert.reached;
  connection.query(kHold, {alert.customer});
  const std::int64_t number = connection.query(kLast, {alert.customer}).only().int64("alert") + 1;
  const std::int64_t kept = connection.execute(
      kKeep,
      {alert.customer, number, alert.month, reached.budget.currency().code(), reached.charge,
       insight::to_string(reached.threshold.basis), reached.limit.amount(), reached.budget.amount(),
       reached.threshold.percent, reached.spent.amount(), alert.cut, alert.told_at});
  if (kept == 0) return std::nullopt;
  return number;
}

void write_alert(text::JsonWriter& json, const Alert& alert) {
  json.begin_object().key("customer").string(alert.customer_key);
  write_told(json, alert.number, alert.month, alert.told_at, alert.reached,
             insight::words_of(alert.reached, alert.month, alert.reached.charge));
  json.end_object();
}

}  // namespace reckoner::engine
