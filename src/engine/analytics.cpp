#include "engine/analytics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include "engine/charge_of_line.hpp"
#include "engine/compute.hpp"
#include "engine/pool_members.hpp"
#include "engine/run_planning.hpp"
#include "engine/standing.hpp"

namespace reckoner::engine {

namespace {

constexpr int kShownDigits = 6;

constexpr store::Statement kCosts{"analytics costs", R"(
  select l.period_label as month, d.currency, l.charge, sum(l.amount) as amount
    from document_line l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where l.customer_id = $1 and l.period_label between $2 and $3
   group by l.period_label, d.currency, l.charge
   order by l.period_label, d.currency, l.charge)"};

// Of each line key what it was last priced by.
constexpr store::Statement kFacts{"analytics facts", R"(
  select l.period_label as month, max(d.currency) as currency, max(p.version_id) as version_id,
         (array_agg(l.facts order by l.ordinal desc, l.line desc))[1] as facts
    from document_line l
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
    join billing_period p on p.customer_id = l.customer_id and p.cycle = l.cycle
                         and p.side = l.side and p.starts_at = l.period_starts_at
   where l.customer_id = $1 and l.period_label between $2 and $3 and l.counts
     and not exists (select from document_void v
                      where v.customer_id = l.customer_id and v.ordinal = l.ordinal
                        and v.mode = 'rebill')
   group by l.period_label, l.period_starts_at, l.cycle, l.side, l.key
   order by l.period_label, l.key)"};

// Who was on the plan in those days, by what the month cost.
constexpr store::Statement kPeers{"analytics peers", R"(
  select s.customer_id, sum(l.amount) as amount
    from (select distinct customer_id from subscription
           where plan = $1 and currency = $2 and starts_at < $4
             and (ends_at is null or ends_at > $3)) s
    join document_line l on l.customer_id = s.customer_id and l.period_label = $5
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal and d.currency = $2
   group by s.customer_id)"};

constexpr store::Statement kRoot{"analytics root of a tree", R"(
  select customer_id from customer_below where below = $1 order by depth desc limit 1)"};
constexpr store::Statement kTree{"analytics tree", R"(
  select below from customer_below where customer_id = $1)"};

constexpr store::Statement kPlansOf{"analytics plans", R"(
  select distinct plan, currency from subscription
   where customer_id = $1 and starts_at < $3 and (ends_at is null or ends_at > $2)
   order by plan, currency)"};

money::Decimal shown(const money::Ratio& exact) {
  return money::round(exact, kShownDigits, money::Rounding::kHalfAwayFromZero);
}

/// What one byte costs begins far behind the point.
money::Decimal price_of_one(const money::Ratio& exact) {
  const money::Decimal usual = shown(exact);
  return usual.abs() >= money::Decimal(1)
             ? usual
             : money::round_significant(exact, kShownDigits, money::Rounding::kHalfAwayFromZero);
}

std::optional<IdleAllowance> idle_of(const store::Row& row, store::Connection& connection,
                                     Versions& versions) {
  const std::string text = row.text("facts");
  if (!has_charge_facts(text)) return std::nullopt;
  const invoicing::ChargeFacts facts = invoicing::parse_charge_facts(text);
  const auto version = versions.load(connection, VersionId{row.int64("version_id")});
  const auto by =
      priced_by(version->configuration(), money::Currency::of(row.text("currency")), facts);
  const domain::OfMeters* metering = by ? domain::metering_of(by->charge) : nullptr;
  if (metering == nullptr) return std::nullopt;
  const pricing::Priced priced = invoicing::price(by->charge, facts);
  if (!priced.allowance) return std::nullopt;
  const money::Decimal allowance = shown(*priced.allowance);
  if (allowance.sign() <= 0) return std::nullopt;
  const money::Decimal used = std::clamp(shown(priced.used), money::Decimal(0), allowance);
  return IdleAllowance{.month = row.text("month"),
                       .plan = facts.plan,
                       .charge = facts.charge,
                       .unit = metering->unit,
                       .allowance = allowance,
                       .used = used,
                       .idle = allowance - used};
}

bool is_less_used(const IdleAllowance& a, const IdleAllowance& b) {
  if (a.month != b.month) return a.month < b.month;
  return a.used * b.allowance < b.used * a.allowance;
}

/// What the customer subscribed to of that name when the period ended.
money::Decimal subscribed(const CustomerWork& customer, const std::string& name,
                          const time::Period& period, bool& known) {
  money::Decimal sum;
  for (const domain::Subscription& subscription : customer.subscriptions) {
    const domain::SubscribedQuantity* last = nullptr;
    for (const domain::SubscribedQuantity& quantity : subscription.quantities) {
      if (quantity.name != name) continue;
      known = true;
      if (quantity.starts_at < period.ends_at) last = &quantity;
    }
    const bool counts = subscription.starts_at < period.ends_at &&
                        (!subscription.ends_at || *subscription.ends_at >= period.ends_at);
    if (last != nullptr && counts) sum += last->value;
  }
  return sum;
}

/// The arrears sides issued for those months, by label.
std::map<std::string, std::set<std::pair<time::Instant, time::Instant>>> issued_windows(
    FactReader& facts, std::deque<CustomerWork>& customers, const std::string& from,
    const std::string& to) {
  std::set<std::string> engines;
  for (const domain::Cycle& cycle : customers.front().cycles) engines.insert(cycle.engine);
  std::map<std::string, std::set<std::pair<time::Instant, time::Instant>>> windows;
  for (const std::string& engine : engines) {
    for (const PeriodWork& period : facts.issued_periods_starting(
             customers, engine, days_of_month(from).first, days_of_month(to).next)) {
      if (period.key.side != domain::Side::kArrears) continue;
      if (period.bounds.label < from || period.bounds.label > to) continue;
      windows[period.bounds.label].emplace(period.bounds.period.starts_at,
                                           period.bounds.period.ends_at);
    }
  }
  return windows;
}

money::Decimal measured(FactReader& facts, const meters::MeterReader& reader,
                        const domain::Meter& meter, CustomerId customer,
                        const time::Period& window) {
  if (!domain::is_folded(meter.aggregation)) {
    const QuantityQuery query{.customer = customer, .meter = &meter, .windows = {window}, .by = {}};
    return facts.quantities(std::span(&query, 1)).front().total;
  }
  const UsageQuery query{customer, window};
  const auto folds = facts.usage(std::span(&query, 1), {meter.name}, reader);
  const auto fold = folds.front().find(meter.name);
  return fold == folds.front().end() ? money::Decimal(0)
                                     : usage::quantity_of(fold->second, meter.aggregation);
}

/// The customer and everybody above, beside and below it.
std::set<CustomerId> tree_of(store::Connection& connection, CustomerId customer) {
  const auto above = connection.query(kRoot, {customer}).at_most_one();
  const CustomerId root = above ? CustomerId{above->int64("customer_id")} : customer;
  std::set<CustomerId> tree{customer, root};
  for (const store::Row& row : connection.query(kTree, {root})) {
    tree.insert(CustomerId{row.int64("below")});
  }
  return tree;
}

}  // namespace

std::vector<ChargeCost> charge_costs(store::Connection& connection, CustomerId customer,
                                     const std::string& from, const std::string& to) {
  std::vector<ChargeCost> costs;
  for (const store::Row& row : connection.query(kCosts, {customer, from, to})) {
    costs.push_back(
        {row.text("month"), row.text("charge"),
         money::Money(row.decimal("amount"), money::Currency::of(row.text("currency")))});
  }
  return costs;
}

std::vector<IdleAllowance> idle_allowances(store::Connection& connection, Versions& versions,
                                           CustomerId customer, const std::string& from,
                                           const std::string& to) {
  std::vector<IdleAllowance> allowances;
  for (const store::Row& row : connection.query(kFacts, {customer, from, to})) {
    if (auto idle = idle_of(row, connection, versions)) allowances.push_back(*std::move(idle));
  }
  std::ranges::stable_sort(allowances, is_less_used);
  return allowances;
}

std::vector<UnitCost> unit_costs(store::Connection& connection, Versions& versions,
                                 CustomerId customer, const std::string& unit,
                                 const std::string& from, const std::string& to) {
  const std::array<std::int64_t, 1> ids{customer.value};
  FactReader facts(connection, current_knowledge(connection));
  std::deque<CustomerWork> customers = facts.customers(ids);
  if (customers.empty()) throw Error("there is no such customer");
  CustomerWork* const works[] = {&customers.front()};
  facts.subscriptions(works);
  const auto active = versions.load(connection, require_active(connection, versions));
  const domain::Meter* meter = active->meter_reader().find(unit);
  bool known = meter != nullptr;
  std::map<std::string, money::Decimal> quantities;
  for (const auto& [label, windows] : issued_windows(facts, customers, from, to)) {
    for (const auto& [starts_at, ends_at] : windows) {
      const time::Period window{starts_at, ends_at};
      quantities[label] += meter != nullptr
                               ? measured(facts, active->meter_reader(), *meter, customer, window)
                               : subscribed(customers.front(), unit, window, known);
    }
  }
  if (!known) {
    throw Error(fmt::format("'{}' is no meter, and no quantity of a subscription", unit));
  }
  std::map<std::pair<std::string, std::string>, UnitCost> sums;
  for (const ChargeCost& cost : charge_costs(connection, customer, from, to)) {
    const money::Money zero(cost.amount.currency());
    UnitCost& sum = sums.try_emplace({cost.month, std::string(zero.currency().code())},
                                     UnitCost{cost.month, zero, quantities[cost.month], {}})
                        .first->second;
    sum.cost += cost.amount;
  }
  std::vector<UnitCost> costs;
  for (auto& [key, sum] : sums) {
    if (sum.quantity.sign() > 0) {
      sum.per_unit = price_of_one(money::Ratio(sum.cost.amount(), sum.quantity));
    }
    costs.push_back(std::move(sum));
  }
  return costs;
}

std::vector<Benchmark> benchmarks(store::Connection& connection, CustomerId customer,
                                  const std::string& month) {
  const MonthDays days = days_of_month(month);
  const time::Zone utc = time::Zone::utc();
  const time::Instant from = utc.start_of(days.first);
  const time::Instant to = utc.start_of(days.next);
  const std::set<CustomerId> relatives = tree_of(connection, customer);
  std::vector<Benchmark> found;
  for (const store::Row& row : connection.query(kPlansOf, {customer, from, to})) {
    const auto currency = money::Currency::of(row.text("currency"));
    Benchmark benchmark{row.text("plan"), money::Money(currency), std::nullopt};
    std::vector<money::Decimal> others;
    for (const store::Row& peer :
         connection.query(kPeers, {benchmark.plan, currency.code(), from, to, month})) {
      if (peer.int64("customer_id") == customer.value) {
        benchmark.own = money::Money(peer.decimal("amount"), currency);
      } else if (!relatives.contains({peer.int64("customer_id")})) {
        others.push_back(peer.decimal("amount"));
      }
    }
    benchmark.others = insight::quartiles(std::move(others));
    found.push_back(std::move(benchmark));
  }
  return found;
}

}  // namespace reckoner::engine
