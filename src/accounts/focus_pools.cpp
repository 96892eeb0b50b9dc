#include "accounts/focus_pools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/suggest.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

using exports::FocusCost;
using exports::FocusMetric;
using exports::FocusMonth;

bool is_wanted(const std::vector<std::string>& wanted, const std::string& name) {
  return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
}

void require_names(std::string_view what, const std::vector<std::string>& wanted,
                   const std::vector<FocusCost>& costs, std::string FocusCost::*name) {
  std::set<std::string> distinct;
  for (const FocusCost& cost : costs) distinct.insert(cost.*name);
  const std::vector<std::string> there(distinct.begin(), distinct.end());
  for (const std::string& one : wanted) {
    if (distinct.contains(one)) continue;
    throw Error(fmt::format("the file has no {} '{}'{}", what, one, suggestion(one, there)));
  }
}

}  // namespace

FocusMetric focus_metric_named(std::string_view name) {
  if (name == "billed") return FocusMetric::kBilled;
  if (name == "effective") return FocusMetric::kEffective;
  throw Error(fmt::format("'{}' is none of billed, effective", name));
}

FocusMonth focus_month_named(std::string_view name) {
  if (name == "billing") return FocusMonth::kBilling;
  if (name == "charge") return FocusMonth::kCharge;
  throw Error(fmt::format("'{}' is none of billing, charge", name));
}

std::vector<PoolAmount> focus_pool_amounts(std::istream& file, const domain::CostPool& pool,
                                           const FocusPart& part, const std::string& note) {
  const std::vector<FocusCost> costs = exports::read_focus(file, part.metric, part.month);
  require_names("service", part.services, costs, &FocusCost::service);
  require_names("sub-account", part.sub_accounts, costs, &FocusCost::sub_account);
  std::map<std::string, money::Decimal> sums;
  for (const FocusCost& cost : costs) {
    if (!is_wanted(part.services, cost.service) ||
        !is_wanted(part.sub_accounts, cost.sub_account)) {
      continue;
    }
    if (cost.currency != pool.currency) {
      throw Error(fmt::format("'{}' has costs in {}, and cost pool '{}' is in {}", cost.service,
                              cost.currency.code(), pool.name, pool.currency.code()));
    }
    sums[time::to_string(cost.month).substr(0, 7)] += cost.amount;
  }
  std::vector<PoolAmount> amounts;
  for (const auto& [month, sum] : sums) {
    amounts.push_back({.pool = pool.name,
                       .month = month,
                       .amount = money::round_to_currency(money::Ratio(sum), pool.currency,
                                                          money::Rounding::kHalfAwayFromZero),
                       .note = note});
  }
  if (amounts.empty()) throw Error("the file has no such costs");
  return amounts;
}

std::string to_json(const std::vector<PoolAmount>& amounts) {
  text::JsonWriter json;
  json.begin_object();
  for (const PoolAmount& amount : amounts) {
    json.key(amount.month).json(text::parse_json(to_json(amount)));
  }
  json.end_object();
  return json.finish();
}

}  // namespace reckoner::accounts
