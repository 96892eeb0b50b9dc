#include "engine/spending.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "engine/compute.hpp"
#include "engine/usage_forecast.hpp"

namespace reckoner::engine {

namespace {

// Weeks of the month may have been billed before the one that is open.
constexpr std::chrono::days kMonth{31};

constexpr store::Statement kCut{"cut of spending", "select cut from cut_counter"};
constexpr store::Statement kBilled{"billed spending", R"(
  select l.customer_id, d.currency, l.period_label, l.charge, sum(l.amount) as amount
    from document_line l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where l.customer_id = any($1::bigint[]) and l.period_starts_at >= $2
   group by l.customer_id, d.currency, l.period_label, l.charge)"};

using Month = std::tuple<CustomerId, std::string, std::string>;  ///< with currency and label
using Costs = std::map<std::string, money::Decimal>;

Month month_of(const PeriodWork& period) {
  return {period.customer->customer.id, std::string(period.cycle->currency.code()),
          period.bounds.label};
}

/// Adds what the documents bill of those months.
void add_documents(const Computation& computation, std::map<Month, Costs>& months) {
  for (const DocumentWork& work : computation.documents) {
    const domain::Document& document = work.document;
    for (const domain::DocumentLine& line : document.lines) {
      const auto found = months.find(
          {document.customer, std::string(document.currency.code()), line.period_label});
      if (found != months.end()) found->second[line.line.charge] += line.line.amount.amount();
    }
  }
}

std::map<Month, Costs> billed(store::Connection& connection,
                              std::span<const std::int64_t> customers, time::Instant since) {
  std::map<Month, Costs> months;
  const std::vector<std::int64_t> ids(customers.begin(), customers.end());
  for (const store::Row& row : connection.query(kBilled, {ids, since})) {
    months[{CustomerId{row.int64("customer_id")}, row.text("currency"), row.text("period_label")}]
          [row.text("charge")] += row.decimal("amount");
  }
  return months;
}

}  // namespace

SpendingOfMonths spending_of(store::Connection& connection, Versions& versions,
                             std::span<const std::int64_t> customers, time::Instant as_of,
                             bool forecast) {
  SpendingOfMonths result;
  if (customers.empty()) return result;
  const auto active = versions.active(connection);
  if (!active) throw Error("no configuration is active yet: reckoner config apply");
  result.cut = connection.query(kCut).only().int64("cut");
  UsageForecast facts(connection, {.cut = result.cut, .ahead = true}, as_of);
  const Computation computation =
      compute(facts, connection, versions,
              {customers,
               {.engine = kMonthlyEngine, .until = as_of, .accrue = true, .label = {}},
               kInterimEngine,
               *active});
  std::map<Month, Costs> actual;
  std::set<Month> present;
  time::Instant since = as_of;
  for (const PeriodWork& period : computation.periods) {
    if (period.billed_before || period.customer->parked) continue;
    actual[month_of(period)];
    if (period.bounds.period.contains(as_of)) present.insert(month_of(period));
    since = std::min(since, period.bounds.period.starts_at);
  }
  for (const auto& [month, costs] : billed(connection, customers, since - kMonth)) {
    const auto found = actual.find(month);
    if (found == actual.end()) continue;
    for (const auto& [charge, cost] : costs) found->second[charge] += cost;
  }
  std::map<Month, Costs> at_the_end;
  if (forecast && !present.empty()) {
    for (const Month& month : present) at_the_end[month] = actual[month];
    facts.look_at(UsageForecast::Outcome::kMiddle);
    Computation whole = at_their_ends(computation);
    compute_documents(facts, connection, versions, kInterimEngine, *active, whole);
    add_documents(whole, at_the_end);
  }
  add_documents(computation, actual);
  for (const CustomerWork& customer : computation.customers) {
    if (customer.parked) result.not_known.push_back({customer.customer.id, *customer.parked});
  }
  for (auto& [month, costs] : actual) {
    const auto end = at_the_end.find(month);
    result.months.push_back(
        {std::get<0>(month),
         money::Currency::of(std::get<1>(month)),
         std::get<2>(month),
         {std::move(costs), end == at_the_end.end() ? std::nullopt : std::optional(end->second)}});
  }
  return result;
}

std::vector<MonthSpending> billed_months(store::Connection& connection,
                                         std::span<const std::int64_t> customers,
                                         time::Instant since) {
  std::vector<MonthSpending> months;
  for (auto& [month, costs] : billed(connection, customers, since)) {
    months.push_back({std::get<0>(month),
                      money::Currency::of(std::get<1>(month)),
                      std::get<2>(month),
                      {std::move(costs), std::nullopt}});
  }
  return months;
}

}  // namespace reckoner::engine
