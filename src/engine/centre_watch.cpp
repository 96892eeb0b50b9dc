#include "engine/centre_watch.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/told.hpp"
#include "engine/versions.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr std::size_t kRowsPerStatement = 10'000;
constexpr std::size_t kMembersPerQuery = 10'000;
// Local months begin and end so much before and behind those of UTC, at most.
constexpr std::chrono::hours kFurthest{14};

constexpr store::Statement kKeyed{"customers named by cost centres", R"(
  select customer_id from customer_key where key = any($1::text[]))"};
constexpr store::Statement kOnPlans{"subscribed to plans of cost centres", R"(
  select distinct customer_id from subscription
   where plan = any($1::text[]) and starts_at <= $2 and (ends_at is null or ends_at > $3))"};
constexpr store::Statement kPlaces{"keys and plans for cost centres", R"(
  select c.customer_id, c.key, coalesce(s.plan, '') as plan,
         s.ends_at is null or s.ends_at > $2 as goes_on
    from customer c
    left join subscription s on s.customer_id = c.customer_id and s.starts_at <= $2
                            and (s.ends_at is null or s.ends_at > $3)
   where c.customer_id = any($1::bigint[])
   order by c.customer_id)"};
constexpr store::Statement kKeep{"keep spending of customers", R"(
  insert into customer_spending (customer_id, month, currency, charge, cost_centre, actual, forecast,
                                 is_open, looked_at)
  select n.customer_id, n.month, n.currency, n.charge, n.cost_centre, n.actual,
         nullif(n.forecast, '')::numeric, n.is_open, $9
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[],
                $7::text[], $8::boolean[])
           as n(customer_id, month, currency, charge, cost_centre, actual, forecast, is_open)
  on conflict (customer_id, month, currency, charge) do update
     set cost_centre = excluded.cost_centre, actual = excluded.actual,
         forecast = excluded.forecast, is_open = excluded.is_open, looked_at = excluded.looked_at)"};
constexpr store::Statement kDropGone{"drop spending that is gone", R"(
  delete from customer_spending
   where customer_id = any($1::bigint[]) and month >= $2 and looked_at < $3)"};
constexpr store::Statement kHold{"hold spending of customers", R"(
  update customer_spending s
     set cost_centre = n.cost_centre, looked_at = $3
    from unnest($1::bigint[], $2::text[]) as n(customer_id, cost_centre)
   where s.customer_id = n.customer_id)"};
constexpr store::Statement kForget{"forget spending of customers", R"(
  delete from customer_spending where looked_at < $1)"};
constexpr store::Statement kSums{"spending of cost centres", R"(
  select cost_centre, month, currency, charge, sum(actual) as actual,
         sum(coalesce(forecast, actual)) as at_the_end, count(forecast) as forecasts,
         count(*) filter (where is_open) as open
    from customer_spending
   where cost_centre = any($1::text[])
   group by cost_centre, month, currency, charge)"};

/// A customer, with the plans it is on, and those it was on lately.
struct Subscribed {
  std::string key;
  std::set<std::string> plans;
  std::set<std::string> plans_before;
};

time::Date month_before(time::Instant now) {
  return time::month_day(time::Zone::utc().date_of(now), -1, 1);
}

/// The month that spending is settled from.
std::string first_month(time::Instant now) {
  return time::to_string(month_before(now)).substr(0, std::string_view("2026-10").size());
}

/// Rows of customer_spending, column by column.
struct SpendingRows {
  std::vector<CustomerId> customers;
  std::vector<std::string> months;
  std::vector<std::string> currencies;
  std::vector<std::string> charges;
  std::vector<std::string> centres;
  std::vector<money::Decimal> actual;
  std::vector<std::string> forecast;  ///< "": none
  std::vector<bool> open;

  void add(const MonthSpending& month, const std::string& centre, bool is_open) {
    const insight::Spending& spending = month.spending;
    std::set<std::string> names;
    for (const auto& [charge, cost] : spending.actual) names.insert(charge);
    if (spending.forecast) {
      for (const auto& [charge, cost] : *spending.forecast) names.insert(charge);
    }
    const auto cost_of = [](const std::map<std::string, money::Decimal>& costs,
                            const std::string& charge) {
      const auto found = costs.find(charge);
      return found == costs.end() ? money::Decimal(0) : found->second;
    };
    for (const std::string& charge : names) {
      customers.push_back(month.customer);
      months.push_back(month.month);
      currencies.emplace_back(month.currency.code());
      charges.push_back(charge);
      centres.push_back(centre);
      actual.push_back(cost_of(spending.actual, charge));
      forecast.push_back(spending.forecast ? cost_of(*spending.forecast, charge).to_string() : "");
      open.push_back(is_open);
    }
  }

  void write(store::Connection& connection, time::Instant now) const {
    const auto part = [](const auto& column, std::size_t from, std::size_t until) {
      return std::vector(column.begin() + static_cast<std::ptrdiff_t>(from),
                         column.begin() + static_cast<std::ptrdiff_t>(until));
    };
    for (std::size_t from = 0; from < customers.size(); from += kRowsPerStatement) {
      const std::size_t until = std::min(customers.size(), from + kRowsPerStatement);
      std::vector<std::string> is_open;
      for (std::size_t i = from; i < until; ++i) is_open.emplace_back(open[i] ? "true" : "false");
      connection.execute(kKeep, {part(customers, from, until), part(months, from, until),
                                 part(currencies, from, until), part(charges, from, until),
                                 part(centres, from, until), part(actual, from, until),
                                 part(forecast, from, until), is_open, now});
    }
  }
};

}  // namespace

CentreWatch::CentreWatch(store::Connection& connection, Versions& versions, time::Instant now)
    : now_(now) {
  std::vector<CostCentreBudgets> all = list_cost_centre_budgets(connection);
  if (all.empty()) return;
  const auto active = versions.active(connection);
  if (!active) return;
  version_ = active->value;
  centres_.emplace(versions.load(connection, *active)->configuration().allocation);
  for (CostCentreBudgets& one : all) {
    const auto node = centres_->find(one.cost_centre);
    if (!node) continue;
    Watched watched{std::move(one), {}};
    for (const std::size_t below : centres_->within(*node)) {
      watched.within.insert(centres_->nodes()[below].name);
    }
    watched_.push_back(std::move(watched));
  }
}

bool CentreWatch::changed_since(time::Instant instant) const {
  return std::ranges::any_of(watched_,
                             [&](const Watched& one) { return one.budgets.changed_at >= instant; });
}

CentreWatch::Members CentreWatch::members_among(store::Connection& connection,
                                                const std::vector<std::int64_t>& customers) {
  Members members;
  std::set<std::string> watched;
  for (const Watched& one : watched_) watched.insert(one.within.begin(), one.within.end());
  const time::Instant month = time::Zone::utc().start_of(month_before(now_)) - kFurthest;
  for (std::size_t from = 0; from < customers.size(); from += kMembersPerQuery) {
    const std::size_t until = std::min(customers.size(), from + kMembersPerQuery);
    const std::vector<std::int64_t> some(customers.begin() + static_cast<std::ptrdiff_t>(from),
                                         customers.begin() + static_cast<std::ptrdiff_t>(until));
    std::map<CustomerId, Subscribed> known;
    for (const store::Row& row : connection.query(kPlaces, {some, now_, month})) {
      Subscribed& one = known[CustomerId{row.int64("customer_id")}];
      one.key = row.text("key");
      (row.boolean("goes_on") ? one.plans : one.plans_before).insert(row.text("plan"));
    }
    for (const auto& [customer, one] : known) {
      const auto node = centres_->of(one.key, one.plans.empty() ? one.plans_before : one.plans);
      if (!node || !watched.contains(centres_->nodes()[*node].name)) continue;
      members.emplace(customer, centres_->nodes()[*node].name);
    }
  }
  return members;
}

CentreWatch::Members CentreWatch::all_members(store::Connection& connection) {
  std::vector<std::string> keys;
  std::vector<std::string> plans;
  for (const domain::CostCentres::Node& node : centres_->nodes()) {
    const auto is_over = [&](const Watched& one) { return one.within.contains(node.name); };
    if (std::ranges::none_of(watched_, is_over)) continue;
    keys.insert(keys.end(), node.customers.begin(), node.customers.end());
    plans.insert(plans.end(), node.plans.begin(), node.plans.end());
  }
  std::set<std::int64_t> ids;
  for (const store::Row& row : connection.query(kKeyed, {keys})) {
    ids.insert(row.int64("customer_id"));
  }
  if (!plans.empty()) {
    const time::Instant month = time::Zone::utc().start_of(month_before(now_)) - kFurthest;
    for (const store::Row& row : connection.query(kOnPlans, {plans, now_, month})) {
      ids.insert(row.int64("customer_id"));
    }
  }
  return members_among(connection, {ids.begin(), ids.end()});
}

bool CentreWatch::wants_forecast(const std::string& cost_centre) const {
  return std::ranges::any_of(watched_, [&](const Watched& one) {
    return one.within.contains(cost_centre) && insight::wants_forecast(one.budgets.budgets);
  });
}

void CentreWatch::keep(store::Connection& connection, const Members& customers,
                       const SpendingOfMonths& spending) {
  if (customers.empty()) return;
  Members known = customers;
  std::vector<CustomerId> held;
  std::vector<std::string> held_in;
  for (const auto& [customer, reason] : spending.not_known) {
    const auto found = known.find(customer);
    if (found == known.end()) continue;
    held.push_back(customer);
    held_in.push_back(found->second);
    known.erase(found);
  }
  std::vector<std::int64_t> ids;
  for (const auto& [customer, centre] : known) ids.push_back(customer.value);
  for (const auto& [customer, centre] : customers) touched_.insert(centre);
  cut_ = std::max(cut_, spending.cut);

  const std::string from = first_month(now_);
  SpendingRows rows;
  std::set<std::tuple<CustomerId, std::string, std::string>> open;
  for (const MonthSpending& month : spending.months) {
    const auto found = known.find(month.customer);
    if (found == known.end()) continue;
    open.emplace(month.customer, month.month, month.currency.code());
    rows.add(month, found->second, true);
  }
  const time::Instant since = time::Zone::utc().start_of(month_before(now_)) - kFurthest;
  for (const MonthSpending& month : billed_months(connection, ids, since)) {
    if (month.month < from) continue;
    if (open.contains({month.customer, month.month, std::string(month.currency.code())})) continue;
    rows.add(month, known.at(month.customer), false);
  }
  store::Transaction transaction(connection);
  rows.write(connection, now_);
  connection.execute(kDropGone, {ids, from, now_});
  if (!held.empty()) connection.execute(kHold, {held, held_in, now_});
  transaction.commit();
}

void CentreWatch::forget_others(store::Connection& connection) {
  connection.execute(kForget, {now_});
}

std::vector<CentreWatch::News> CentreWatch::news(store::Connection& connection, std::int64_t cut) {
  std::vector<News> news;
  const std::set<std::string> touched = std::exchange(touched_, {});
  for (const Watched& one : watched_) {
    const auto is_touched = [&](const std::string& name) { return touched.contains(name); };
    if (std::ranges::none_of(one.within, is_touched)) continue;
    std::map<std::pair<std::string, std::string>, insight::Spending> months;
    std::set<std::pair<std::string, std::string>> open;
    std::set<std::pair<std::string, std::string>> foreseen;
    std::map<std::pair<std::string, std::string>, std::map<std::string, money::Decimal>> ends;
    const std::vector<std::string> within(one.within.begin(), one.within.end());
    for (const store::Row& row : connection.query(kSums, {within})) {
      const std::pair month(row.text("month"), row.text("currency"));
      months[month].actual[row.text("charge")] += row.decimal("actual");
      ends[month][row.text("charge")] += row.decimal("at_the_end");
      if (row.int64("open") > 0) open.insert(month);
      if (row.int64("forecasts") > 0) foreseen.insert(month);
    }
    News found{&one.budgets, {}};
    for (const auto& month : open) {
      insight::Spending& spending = months.at(month);
      if (foreseen.contains(month)) spending.forecast = ends.at(month);
      for (insight::Reached& reached :
           insight::reached(one.budgets.budgets, money::Currency::of(month.second), spending)) {
        found.alerts.push_back({.cost_centre = one.budgets.cost_centre,
                                .month = month.first,
                                .reached = std::move(reached),
                                .cut = std::max(cut, cut_),
                                .told_at = now_});
      }
    }
    if (found.alerts.empty()) continue;
    std::vector<std::string> labels;
    for (const auto& [label, currency] : open) labels.push_back(label);
    const auto told = told_cost_centre_alerts(connection, one.budgets.cost_centre, labels);
    std::erase_if(found.alerts, [&](const auto& alert) { return was_told(told, alert); });
    if (!found.alerts.empty()) news.push_back(std::move(found));
  }
  return news;
}

}  // namespace reckoner::engine
