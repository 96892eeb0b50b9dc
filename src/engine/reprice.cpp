#include "engine/reprice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/compute.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

/// Customers are looked at in slices of so many, so that memory does not grow with them.
constexpr std::size_t kSlice = 1000;

constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};

constexpr store::Statement kCustomersWithPeriods{"customers with periods", R"(
  select distinct p.customer_id, c.engine
    from billing_period p join cycle c on c.customer_id = p.customer_id and c.cycle = p.cycle
   where ($1::date is null and p.billed_cut is null and p.starts_at <= $3
      or $1::date is not null and p.billed_cut is not null and p.starts_on >= $1::date
         and ($2::date is null or p.starts_on <= $2::date))
   order by c.engine, p.customer_id)"};

constexpr store::Statement kLockCustomers{"lock customers of a reprice", R"(
  update customer_state set ordinal = ordinal
   where customer_id in (select customer_id from billing_period
                          where billed_cut is not null and starts_on >= $1
                            and ($2::date is null or starts_on <= $2::date)))"};

constexpr store::Statement kPlans{"plans of repriced periods", R"(
  select distinct s.plan, s.currency
    from billing_period p
    join subscription s on s.customer_id = p.customer_id and s.cycle = p.cycle
                       and s.starts_at < p.ends_at and (s.ends_at is null or s.ends_at > p.starts_at)
   where p.billed_cut is not null and p.starts_on >= $1
     and ($2::date is null or p.starts_on <= $2::date))"};

constexpr store::Statement kReopen{"reopen repriced periods", R"(
  insert into reopening (customer_id, reopening, cycle, from_at, until_at, cause, at_once,
                         created_at)
  select p.customer_id,
         coalesce((select max(reopening) from reopening x where x.customer_id = p.customer_id), 0)
           + row_number() over (partition by p.customer_id order by p.cycle),
         p.cycle, min(p.starts_at), max(p.ends_at), $3, true, $4
    from billing_period p
   where p.billed_cut is not null and p.starts_on >= $1
     and ($2::date is null or p.starts_on <= $2::date)
   group by p.customer_id, p.cycle)"};

constexpr store::Statement kPin{"pin repriced periods", R"(
  update billing_period set version_id = $3
   where billed_cut is not null and starts_on >= $1
     and ($2::date is null or starts_on <= $2::date))"};

/// What the lines of some customers come to under one version.
struct Outcome {
  std::map<std::pair<std::string, std::string>, money::Money> by_customer;  // key, currency
  std::map<std::tuple<std::string, std::string, std::string>, money::Money> by_charge;
  std::map<std::string, std::string> parked;
};

void add(money::Money amount, std::map<std::pair<std::string, std::string>, money::Money>& totals,
         const std::string& key) {
  const auto [found, is_new] =
      totals.try_emplace({key, std::string(amount.currency().code())}, amount);
  if (!is_new) found->second += amount;
}

std::string plan_of(const PeriodWork& period, const domain::StatementLine& line) {
  for (const Segment& segment : period.segments) {
    if (line.subscription == segment.subscription->number) return segment.plan->name;
  }
  return "";
}

void add_lines(const Computation& computation, Outcome& outcome) {
  for (const CustomerWork& customer : computation.customers) {
    if (customer.parked) outcome.parked.emplace(customer.customer.key, *customer.parked);
  }
  for (const PeriodWork& period : computation.periods) {
    if (period.customer->parked) continue;
    for (const domain::StatementLine& line : period.lines) {
      add(line.amount, outcome.by_customer, period.customer->customer.key);
      const auto [found, is_new] = outcome.by_charge.try_emplace(
          {plan_of(period, line), line.charge, std::string(line.amount.currency().code())},
          line.amount);
      if (!is_new) found->second += line.amount;
    }
  }
}

/// The same customers and periods under both versions, a slice at a time.
class Comparison {
 public:
  Comparison(store::Connection& connection, Versions& versions, VersionId active, VersionId next,
             const std::optional<RepriceRange>& range, time::Instant now)
      : facts_(connection, {connection.query(kCut).only().int64("cut"), /*tail=*/true}),
        connection_(connection),
        versions_(versions),
        active_(active),
        next_(next),
        range_(range),
        now_(now) {}

  void add(const std::string& engine, std::span<const std::int64_t> customers) {
    compute_under(engine, customers, std::nullopt, before_);
    compute_under(engine, customers, next_, after_);
  }

  PriceEffect effect(std::int64_t customers) const {
    PriceEffect effect{.customers = customers, .changed = {}, .charges = {}, .parked = {}};
    for (const auto& [key, totals] : joined(before_.by_customer, after_.by_customer)) {
      if (totals.first == totals.second) continue;
      effect.changed.push_back({key.first, totals.first, totals.second});
    }
    const auto size = [](const CustomerEffect& one) { return (one.then - one.now).amount().abs(); };
    std::stable_sort(effect.changed.begin(), effect.changed.end(),
                     [&](const auto& a, const auto& b) { return size(a) > size(b); });
    for (const auto& [key, totals] : joined(before_.by_charge, after_.by_charge)) {
      if (totals.first == totals.second) continue;
      effect.charges.push_back({std::get<0>(key), std::get<1>(key), totals.first, totals.second});
    }
    for (const auto& [customer, reason] : after_.parked) {
      if (before_.parked.contains(customer)) continue;
      effect.parked.push_back(fmt::format("{}: {}", customer, reason));
    }
    return effect;
  }

 private:
  /// Open periods under `version`, none: the active one. Billed ones under `version`, none: the one
  /// they are pinned to.
  void compute_under(const std::string& engine, std::span<const std::int64_t> customers,
                     std::optional<VersionId> version, Outcome& outcome) {
    Computation computation;
    computation.customers = facts_.customers(customers);
    if (range_) {
      computation.periods =
          facts_.issued_periods_starting(computation.customers, engine, range_->from, range_->to);
      for (PeriodWork& period : computation.periods) {
        if (!version) continue;
        period.version = *version;
        period.other_version.reset();  // it would be pinned to the same
      }
    } else {
      auto due = facts_.due_periods(computation.customers,
                                    {.engine = engine, .until = now_, .accrue = true, .label = {}});
      computation.periods = std::move(due.wanted);
      std::erase_if(computation.periods,
                    [](const PeriodWork& period) { return period.billed_before; });
      for (PeriodWork& period : computation.periods) period.as_of.reset();
    }
    compute_documents(facts_, connection_, versions_, engine, version.value_or(active_),
                      computation, Against::kNothing);
    add_lines(computation, outcome);
  }

  template <class Key>
  static std::map<Key, std::pair<money::Money, money::Money>> joined(
      const std::map<Key, money::Money>& before, const std::map<Key, money::Money>& after) {
    std::map<Key, std::pair<money::Money, money::Money>> both;
    for (const auto& [key, amount] : before) {
      both.emplace(key, std::pair(amount, money::Money(amount.currency())));
    }
    for (const auto& [key, amount] : after) {
      both.try_emplace(key, std::pair(money::Money(amount.currency()), amount))
          .first->second.second = amount;
    }
    return both;
  }

  FactReader facts_;
  store::Connection& connection_;
  Versions& versions_;
  const VersionId active_;
  const VersionId next_;
  const std::optional<RepriceRange>& range_;
  const time::Instant now_;
  Outcome before_;
  Outcome after_;
};

}  // namespace

PriceEffect effect_of(store::Connection& connection, Versions& versions,
                      std::shared_ptr<const CompiledVersion> next,
                      const std::optional<RepriceRange>& range, time::Instant now) {
  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const auto active = versions.active(connection);
  if (!active) return {};
  Comparison comparison(connection, versions, *active, versions.preview(std::move(next)), range,
                        now);
  std::map<std::string, std::vector<std::int64_t>> by_engine;
  const auto from = range ? std::optional(range->from) : std::nullopt;
  const auto to = range ? range->to : std::nullopt;
  for (const store::Row& row : connection.query(kCustomersWithPeriods, {from, to, now})) {
    by_engine[row.text("engine")].push_back(row.int64("customer_id"));
  }
  std::int64_t count = 0;
  for (const auto& [engine, customers] : by_engine) {
    count += static_cast<std::int64_t>(customers.size());
    for (std::size_t first = 0; first < customers.size(); first += kSlice) {
      comparison.add(
          engine, std::span(customers).subspan(first, std::min(kSlice, customers.size() - first)));
    }
  }
  return comparison.effect(count);
}

std::int64_t reprice(store::Connection& connection, const CompiledVersion& next,
                     const RepriceRange& range, VersionId version, const std::string& cause,
                     time::Instant now) {
  for (const store::Row& row : connection.query(kPlans, {range.from, range.to})) {
    const std::vector<domain::Plan>& plans = next.configuration().plans;
    const bool has = std::any_of(plans.begin(), plans.end(), [&](const domain::Plan& plan) {
      return plan.name == row.text("plan") && plan.currency.code() == row.text("currency");
    });
    if (!has) {
      throw Error(
          fmt::format("periods of plan '{}' in {} would be priced again, and this "
                      "configuration does not have it",
                      row.text("plan"), row.text("currency")));
    }
  }
  connection.execute(kLockCustomers, {range.from, range.to});
  connection.execute(kReopen, {range.from, range.to, cause, now});
  return connection.execute(kPin, {range.from, range.to, version});
}

}  // namespace reckoner::engine
