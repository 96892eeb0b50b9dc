#include "engine/cost_centre_budgets.hpp"

#include <fmt/format.h>

#include "engine/told.hpp"
#include "text/lines.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kAll{"budgets of cost centres", R"(
  select cost_centre, budgets, array_to_string(also_to, chr(10)) as also_to, changed_at
    from cost_centre_setting where budgets <> '[]' order by cost_centre)"};
constexpr store::Statement kOne{"budgets of a cost centre", R"(
  select cost_centre, budgets, array_to_string(also_to, chr(10)) as also_to, changed_at
    from cost_centre_setting where cost_centre = $1)"};
constexpr store::Statement kAlerts{"list alerts of cost centres", R"(
  select alert, cost_centre, month, currency, charge, basis, limit_amount, budget_amount, percent,
         spent, cut, told_at
    from cost_centre_alert
   where ($1 = '' or cost_centre = $1) and ($2::bigint is null or alert < $2)
   order by alert desc limit $3)"};
constexpr store::Statement kAlert{"alert of a cost centre", R"(
  select alert, cost_centre, month, currency, charge, basis, limit_amount, budget_amount, percent,
         spent, cut, told_at
    from cost_centre_alert where alert = $1)"};
constexpr store::Statement kTold{"alerts told of a cost centre", R"(
  select alert, cost_centre, month, currency, charge, basis, limit_amount, budget_amount, percent,
         spent, cut, told_at
    from cost_centre_alert where cost_centre = $1 and month = any($2::text[]))"};
constexpr store::Statement kHold{"hold alerts of cost centres", R"(
  select pg_advisory_xact_lock(hashtextextended('cost_centre_alert', 0)))"};
constexpr store::Statement kLast{"last alert of cost centres", R"(
  select coalesce(max(alert), 0) as alert from cost_centre_alert)"};
constexpr store::Statement kKeep{"keep alert of a cost centre", R"(
  insert into cost_centre_alert (alert, cost_centre, month, currency, charge, basis, limit_amount,
                                 budget_amount, percent, spent, cut, told_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  on conflict (cost_centre, month, currency, charge, basis, limit_amount) do nothing)"};

CostCentreBudgets budgets_of(const store::Row& row) {
  return {row.text("cost_centre"), insight::parse_budgets(row.text("budgets")),
          text::split_lines(row.text("also_to")), row.instant("changed_at")};
}

CostCentreAlert alert_of(const store::Row& row) {
  return {.number = row.int64("alert"),
          .cost_centre = row.text("cost_centre"),
          .month = row.text("month"),
          .reached = reached_of(row),
          .cut = row.int64("cut"),
          .told_at = row.instant("told_at")};
}

std::vector<CostCentreAlert> alerts_of(const store::Rows& rows) {
  std::vector<CostCentreAlert> alerts;
  for (const store::Row& row : rows) alerts.push_back(alert_of(row));
  return alerts;
}

}  // namespace

std::vector<CostCentreBudgets> list_cost_centre_budgets(store::Connection& connection) {
  std::vector<CostCentreBudgets> all;
  for (const store::Row& row : connection.query(kAll)) all.push_back(budgets_of(row));
  return all;
}

std::optional<CostCentreBudgets> find_cost_centre_budgets(store::Connection& connection,
                                                          const std::string& cost_centre) {
  const auto row = connection.query(kOne, {cost_centre}).at_most_one();
  if (!row) return std::nullopt;
  return budgets_of(*row);
}

std::vector<CostCentreAlert> list_cost_centre_alerts(store::Connection& connection,
                                                     const std::string& cost_centre,
                                                     std::optional<std::int64_t> below,
                                                     std::int64_t limit) {
  return alerts_of(connection.query(kAlerts, {cost_centre, below, limit}));
}

std::vector<CostCentreAlert> told_cost_centre_alerts(store::Connection& connection,
                                                     const std::string& cost_centre,
                                                     const std::vector<std::string>& months) {
  return alerts_of(connection.query(kTold, {cost_centre, months}));
}

std::optional<CostCentreAlert> find_cost_centre_alert(store::Connection& connection,
                                                      std::int64_t number) {
  const auto row = connection.query(kAlert, {number}).at_most_one();
  if (!row) return std::nullopt;
  return alert_of(*row);
}

std::optional<std::int64_t> keep_cost_centre_alert(store::Connection& connection,
                                                   const CostCentreAlert& alert) {
  const insight::Reached& reached = alert.reached;
  connection.query(kHold);
  const std::int64_t number = connection.query(kLast).only().int64("alert") + 1;
  const std::int64_t kept = connection.execute(
      kKeep,
      {number, alert.cost_centre, alert.month, reached.budget.currency().code(), reached.charge,
       insight::to_string(reached.threshold.basis), reached.limit.amount(), reached.budget.amount(),
       reached.threshold.percent, reached.spent.amount(), alert.cut, alert.told_at});
  if (kept == 0) return std::nullopt;
  return number;
}

std::string words_of(const CostCentreAlert& alert) {
  const std::string& charge = alert.reached.charge;
  return insight::words_of(
      alert.reached, alert.month,
      fmt::format("cost centre {}{}{}", alert.cost_centre, charge.empty() ? "" : ", ", charge));
}

void write_cost_centre_alert(text::JsonWriter& json, const CostCentreAlert& alert) {
  json.begin_object().key("cost_centre").string(alert.cost_centre);
  write_told(json, alert.number, alert.month, alert.told_at, alert.reached, words_of(alert));
  json.end_object();
}

}  // namespace reckoner::engine
