#include "web/analytics_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace reckoner::web {

namespace {

using engine::ChargeCost;
using enum Report::Kind;

constexpr int kPercentDigits = 2;

Report::Cell percent_of(const money::Decimal& part, const money::Decimal& whole) {
  if (whole.is_zero()) return std::nullopt;
  return money::round(money::Ratio(part * money::Decimal(100), whole), kPercentDigits,
                      money::Rounding::kHalfAwayFromZero)
      .to_string();
}

std::vector<std::pair<std::string, std::string>> head_of(const MonthRange& months) {
  return {{"from", months.from}, {"to", months.to}};
}

std::string code_of(const money::Money& amount) {
  return std::string(amount.currency().code());
}

/// By currency and what `name_of` calls a cost.
template <class NameOf>
std::map<std::pair<std::string, std::string>, money::Money> summed(
    const std::vector<ChargeCost>& costs, const NameOf& name_of) {
  std::map<std::pair<std::string, std::string>, money::Money> sums;
  for (const ChargeCost& cost : costs) {
    const money::Money zero(cost.amount.currency());
    sums.try_emplace({code_of(zero), name_of(cost)}, zero).first->second += cost.amount;
  }
  return sums;
}

}  // namespace

Report trend_report(store::Connection& connection, CustomerId customer, const MonthRange& months) {
  Report report{.name = "trend",
                .head = head_of(months),
                .columns = {{"month"},
                            {"currency"},
                            {"cost", kNumber},
                            {"change", kNumber},
                            {"change_percent", kNumber}}};
  const auto costs = engine::charge_costs(connection, customer, months.from, months.to);
  std::optional<money::Money> before;
  for (const auto& [key, sum] : summed(costs, [](const auto& cost) { return cost.month; })) {
    if (before && before->currency() != sum.currency()) before.reset();
    report.rows.push_back(
        {key.second, key.first, sum.to_string(),
         before ? Report::Cell((sum - *before).to_string()) : std::nullopt,
         before ? percent_of((sum - *before).amount(), before->amount()) : std::nullopt});
    before = sum;
  }
  return report;
}

Report dearest_report(store::Connection& connection, CustomerId customer,
                      const MonthRange& months) {
  Report report{
      .name = "dearest",
      .head = head_of(months),
      .columns = {{"charge"}, {"currency"}, {"cost", kNumber}, {"share_percent", kNumber}}};
  const auto costs = engine::charge_costs(connection, customer, months.from, months.to);
  const auto whole = summed(costs, [](const auto&) { return std::string(); });
  std::vector<std::pair<std::string, money::Money>> sums;
  for (const auto& [key, sum] : summed(costs, [](const auto& cost) { return cost.charge; })) {
    sums.emplace_back(key.second, sum);
  }
  std::ranges::stable_sort(sums, [](const auto& a, const auto& b) {
    if (a.second.currency() != b.second.currency()) {
      return code_of(a.second) < code_of(b.second);
    }
    return b.second.amount() < a.second.amount();
  });
  for (const auto& [charge, sum] : sums) {
    report.rows.push_back({charge, code_of(sum), sum.to_string(),
                           percent_of(sum.amount(), whole.at({code_of(sum), ""}).amount())});
  }
  return report;
}

Report allowances_report(store::Connection& connection, engine::Versions& versions,
                         CustomerId customer, const MonthRange& months) {
  Report report{.name = "allowances",
                .head = head_of(months),
                .columns = {{"month"},
                            {"plan"},
                            {"charge"},
                            {"unit"},
                            {"allowance", kNumber},
                            {"used", kNumber},
                            {"idle", kNumber},
                            {"idle_percent", kNumber}}};
  for (const engine::IdleAllowance& one :
       engine::idle_allowances(connection, versions, customer, months.from, months.to)) {
    report.rows.push_back({one.month, one.plan, one.charge, one.unit, one.allowance.to_string(),
                           one.used.to_string(), one.idle.to_string(),
                           percent_of(one.idle, one.allowance)});
  }
  return report;
}

Report unit_report(store::Connection& connection, engine::Versions& versions, CustomerId customer,
                   const std::string& unit, const MonthRange& months) {
  Report report{.name = "unit",
                .head = head_of(months),
                .columns = {{"month"},
                            {"currency"},
                            {"cost", kNumber},
                            {"quantity", kNumber},
                            {"cost_per_unit", kNumber}}};
  report.head.emplace_back("unit", unit);
  for (const engine::UnitCost& one :
       engine::unit_costs(connection, versions, customer, unit, months.from, months.to)) {
    report.rows.push_back({one.month, code_of(one.cost), one.cost.to_string(),
                           one.quantity.to_string(),
                           one.per_unit ? Report::Cell(one.per_unit->to_string()) : std::nullopt});
  }
  return report;
}

Report plans_report(store::Connection& connection, engine::Versions& versions, CustomerId customer,
                    const std::string& subscription,
                    const std::optional<std::set<std::string>>& among) {
  const engine::PlanComparison comparison =
      engine::compare_plans(connection, versions, customer, subscription, kPlanMonths, among);
  Report report{.name = "plans",
                .head = head_of({comparison.months.front(), comparison.months.back()}),
                .columns = {{"plan"},
                            {"present", kFlag},
                            {"currency"},
                            {"cost", kNumber},
                            {"saves", kNumber},
                            {"problem"}}};
  report.head.emplace_back("subscription", comparison.subscription);
  std::optional<money::Money> present;
  for (const engine::PlanCost& one : comparison.plans) {
    if (one.present && one.problem.empty()) present = one.total;
  }
  for (const engine::PlanCost& one : comparison.plans) {
    const bool computed = one.problem.empty();
    report.rows.push_back(
        {one.plan, one.present ? "true" : "false", code_of(one.total),
         computed ? Report::Cell(one.total.to_string()) : std::nullopt,
         computed && present ? Report::Cell((*present - one.total).to_string()) : std::nullopt,
         computed ? std::nullopt : Report::Cell(one.problem)});
  }
  return report;
}

Report benchmark_report(store::Connection& connection, CustomerId customer,
                        const std::string& month) {
  Report report{.name = "benchmark",
                .head = {{"month", month}},
                .columns = {{"plan"},
                            {"currency"},
                            {"cost", kNumber},
                            {"lower_quartile", kNumber},
                            {"median", kNumber},
                            {"upper_quartile", kNumber}}};
  for (const engine::Benchmark& one : engine::benchmarks(connection, customer, month)) {
    const auto cell = [&](const money::Decimal insight::Quartiles::*figure) {
      return one.others ? Report::Cell(((*one.others).*figure).to_string()) : std::nullopt;
    };
    report.rows.push_back({one.plan, code_of(one.own), one.own.to_string(),
                           cell(&insight::Quartiles::lower), cell(&insight::Quartiles::median),
                           cell(&insight::Quartiles::upper)});
  }
  return report;
}

}  // namespace reckoner::web
