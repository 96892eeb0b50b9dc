#include "engine/price_effect.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "engine/compute.hpp"
#include "engine/cost_pools.hpp"
#include "engine/due_slice.hpp"
#include "engine/population.hpp"
#include "engine/run_planning.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

/// Customers are looked at in slices of so many.
constexpr std::size_t kSlice = 1000;

constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};

constexpr store::Statement kCustomersWithPeriods{"customers with periods", R"(
  select distinct p.customer_id, c.engine
    from billing_period p join cycle c on c.customer_id = p.customer_id and c.cycle = p.cycle
   where ($1::date is null and p.billed_cut is null and p.starts_at <= $3
      or $1::date is not null and p.billed_cut is not null and p.starts_on >= $1::date
         and ($2::date is null or p.starts_on <= $2::date))
   order by c.engine, p.customer_id)"};

/// A sum under the active version and under the other one.
struct Pair {
  explicit Pair(money::Currency currency) : now(currency), then(currency) {}
  money::Money now;
  money::Money then;
  bool differs() const { return now != then; }
};

enum class Under { kActive, kNext };

money::Money& side_of(Pair& pair, Under under) {
  return under == Under::kActive ? pair.now : pair.then;
}

template <class Key>
class Sums {
 public:
  void add(const Key& key, const money::Money& amount, Under under) {
    Pair& pair = pairs_.try_emplace(key, Pair(amount.currency())).first->second;
    side_of(pair, under) += amount;
  }
  const std::map<Key, Pair>& pairs() const { return pairs_; }

 private:
  std::map<Key, Pair> pairs_;
};

std::string code_of(const money::Money& amount) {
  return std::string(amount.currency().code());
}

/// A line that would be billed, and whose it is.
struct CountedLine {
  const CustomerWork* customer;
  const domain::StatementLine* line;
};

/// The plans of the subscriptions of a computation.
class Plans {
 public:
  explicit Plans(const Computation& computation) {
    for (const PeriodWork& period : computation.periods) {
      for (const Segment& segment : period.segments) {
        plans_.emplace(std::pair(period.customer, segment.subscription->number),
                       segment.plan->name);
      }
    }
  }
  std::string of(const CountedLine& counted) const {
    if (!counted.line->subscription) return "";
    const auto found = plans_.find({counted.customer, *counted.line->subscription});
    return found == plans_.end() ? "" : found->second;
  }

 private:
  std::map<std::pair<const CustomerWork*, std::int64_t>, std::string> plans_;
};

/// What was found out about all slices so far.
class Findings {
 public:
  void add(const Computation& computation, Under under, EffectOver over) {
    const Plans plans(computation);
    const auto add_line = [&](const CountedLine& counted) {
      const money::Money& amount = counted.line->amount;
      const std::string currency = code_of(amount);
      const std::string& customer = counted.customer->customer.key;
      const std::string plan = plans.of(counted);
      customers_.add({customer, currency}, amount, under);
      charges_.add({plan, counted.line->charge, currency}, amount, under);
      if (counted.line->subscription) {
        subscriptions_.add({plan, currency, customer, *counted.line->subscription}, amount, under);
      }
    };
    for (const CustomerWork& customer : computation.customers) {
      if (customer.parked) park(customer.customer.key, *customer.parked, under);
    }
    if (over != EffectOver::kDue) {
      for (const PeriodWork& period : computation.periods) {
        if (period.customer->parked) continue;
        for (const domain::StatementLine& line : period.lines) add_line({period.customer, &line});
      }
      return;
    }
    for (const DocumentWork& work : computation.documents) {
      for (const domain::DocumentLine& line : work.document.lines) {
        add_line({work.customer, &line.line});
      }
      documents_.add(code_of(work.document.total), work.document.total, under);
    }
  }

  void park(const std::string& customer, const std::string& reason, Under under) {
    (under == Under::kActive ? parked_now_ : parked_then_).emplace(customer, reason);
  }
  void hold(std::string customer, std::string reason) {
    held_.push_back({std::move(customer), std::move(reason)});
  }

  /// Behind a slice: of its subscriptions only how many change is remembered.
  void end_slice() {
    for (const auto& [key, pair] : subscriptions_.pairs()) {
      if (pair.differs()) ++changed_subscriptions_[{std::get<0>(key), std::get<1>(key)}];
    }
    subscriptions_ = {};
  }

  void write(PriceEffect& effect) const {
    write_customers(effect);
    write_charges(effect);
    for (const auto& [customer, reason] : parked_then_) {
      if (!parked_now_.contains(customer)) effect.parked.push_back({customer, reason});
    }
    effect.held = held_;
  }

 private:
  void write_customers(PriceEffect& effect) const {
    std::map<std::string, PriceEffect::Total> totals;
    for (const auto& [key, pair] : customers_.pairs()) {
      const money::Money zero(pair.now.currency());
      auto& total = totals.try_emplace(key.second, PriceEffect::Total{0, zero, zero, zero, zero})
                        .first->second;
      ++total.customers;
      total.now += pair.now;
      total.then += pair.then;
      if (pair.differs()) effect.changed.push_back({key.first, pair.now, pair.then});
    }
    for (const auto& [currency, pair] : documents_.pairs()) {
      const money::Money zero(pair.now.currency());
      auto& total =
          totals.try_emplace(currency, PriceEffect::Total{0, zero, zero, zero, zero}).first->second;
      total.documents_now = pair.now;
      total.documents_then = pair.then;
    }
    for (auto& [currency, total] : totals) effect.totals.push_back(total);
    const auto size = [](const CustomerEffect& one) { return (one.then - one.now).amount().abs(); };
    std::stable_sort(effect.changed.begin(), effect.changed.end(),
                     [&](const auto& a, const auto& b) { return size(a) > size(b); });
  }

  void write_charges(PriceEffect& effect) const {
    Sums<std::pair<std::string, std::string>> plans;
    std::set<std::pair<std::string, std::string>> changed_plans;
    for (const auto& [key, pair] : charges_.pairs()) {
      const auto& [plan, charge, currency] = key;
      plans.add({plan, currency}, pair.now, Under::kActive);
      plans.add({plan, currency}, pair.then, Under::kNext);
      if (!pair.differs()) continue;
      effect.charges.push_back({plan, charge, pair.now, pair.then});
      changed_plans.emplace(plan, currency);
    }
    for (const auto& [key, pair] : plans.pairs()) {
      if (key.first.empty() || !changed_plans.contains(key)) continue;
      const auto count = changed_subscriptions_.find(key);
      effect.plans.push_back({key.first, count == changed_subscriptions_.end() ? 0 : count->second,
                              pair.now, pair.then});
    }
  }

  Sums<std::pair<std::string, std::string>> customers_;              // key, currency
  Sums<std::tuple<std::string, std::string, std::string>> charges_;  // plan, charge, currency
  Sums<std::string> documents_;                                      // currency
  /// Of the present slice: plan, currency, customer, number.
  Sums<std::tuple<std::string, std::string, std::string, std::int64_t>> subscriptions_;
  std::map<std::pair<std::string, std::string>, std::int64_t> changed_subscriptions_;
  std::map<std::string, std::string> parked_now_;
  std::map<std::string, std::string> parked_then_;
  std::vector<PriceEffect::LeftAlone> held_;
};

/// The customers of an engine that are looked at, by id.
struct Population {
  std::string engine;
  std::vector<std::int64_t> customers = {};
  // Of kDue:
  std::set<std::int64_t> only_now = {};            ///< due under the active version alone
  std::set<std::int64_t> only_then = {};           ///< due under the other one alone
  FactSource::PopulationByMonth figures_now = {};  ///< that a run would compute
  FactSource::PopulationByMonth figures_then = {};
  PoolShares shares_now = {};  ///< likewise
  PoolShares shares_then = {};
};

/// The same customers under both versions, a slice at a time.
class Comparison {
 public:
  Comparison(store::Connection& connection, Versions& versions, VersionId active, VersionId next,
             const EffectRequest& request, time::Instant now)
      : facts_(connection, {connection.query(kCut).only().int64("cut"), /*tail=*/true}),
        connection_(connection),
        versions_(versions),
        active_(active),
        next_(next),
        request_(request),
        now_(now) {}

  std::vector<Population> populations() {
    return request_.over == EffectOver::kDue ? due_populations() : stored_populations();
  }

  void add(const Population& population, std::span<const std::int64_t> customers) {
    add_under(population, customers, Under::kActive);
    add_under(population, customers, Under::kNext);
    findings_.end_slice();
  }

  const Findings& findings() const { return findings_; }

 private:
  std::vector<Population> stored_populations() {
    const bool issued = request_.over == EffectOver::kIssued;
    const auto from = issued ? std::optional(request_.range.from) : std::nullopt;
    const auto to = issued ? request_.range.to : std::nullopt;
    std::vector<Population> populations;
    for (const store::Row& row : connection_.query(kCustomersWithPeriods, {from, to, now_})) {
      std::string engine = row.text("engine");
      if (populations.empty() || populations.back().engine != engine) {
        populations.push_back({.engine = std::move(engine)});
      }
      populations.back().customers.push_back(row.int64("customer_id"));
    }
    return populations;
  }

  std::set<std::int64_t> due_under(const std::string& engine, VersionId version) {
    const auto compiled = versions_.load(connection_, version);
    const DueCustomers due =
        find_due(connection_, *compiled, {.engine = engine, .fires_at = now_}, now_);
    return {due.to_bill.begin(), due.to_bill.end()};
  }

  /// Of the engines that both versions have: those that one lacks bill nobody (check_in_use).
  std::vector<Population> due_populations() {
    std::vector<Population> populations;
    const auto next = versions_.load(connection_, next_);
    const auto active = versions_.load(connection_, active_);
    for (const config::EngineConfig& engine : active->configuration().engines) {
      const auto& others = next->configuration().engines;
      const bool stays = std::any_of(others.begin(), others.end(),
                                     [&](const auto& other) { return other.id == engine.id; });
      if (!stays || !active->chain(engine.id).issues()) continue;
      const std::set<std::int64_t> now = due_under(engine.id, active_);
      const std::set<std::int64_t> then = due_under(engine.id, next_);
      Population population{.engine = engine.id};
      population.figures_now = figures_under(engine.id, *active);
      population.figures_then = figures_under(engine.id, *next);
      population.shares_now = shares_under(engine.id, *active);
      population.shares_then = shares_under(engine.id, *next);
      std::set_union(now.begin(), now.end(), then.begin(), then.end(),
                     std::back_inserter(population.customers));
      std::set_difference(now.begin(), now.end(), then.begin(), then.end(),
                          std::inserter(population.only_now, population.only_now.end()));
      std::set_difference(then.begin(), then.end(), now.begin(), now.end(),
                          std::inserter(population.only_then, population.only_then.end()));
      populations.push_back(std::move(population));
    }
    return populations;
  }

  FactSource::PopulationByMonth figures_under(const std::string& engine,
                                              const CompiledVersion& version) {
    return population_facts_to_come(connection_, version.configuration(), engine, now_,
                                    facts_.knowledge(), now_);
  }

  PoolShares shares_under(const std::string& engine, const CompiledVersion& version) {
    return shares_of(
        divisions_to_come(facts_, connection_, version, {engine, now_, facts_.knowledge().cut}));
  }

  void add_under(const Population& population, std::span<const std::int64_t> customers,
                 Under under) {
    const std::set<std::int64_t>& others =
        under == Under::kActive ? population.only_then : population.only_now;
    std::vector<std::int64_t> wanted(customers.begin(), customers.end());
    std::erase_if(wanted, [&](std::int64_t customer) { return others.contains(customer); });
    facts_.assume(under == Under::kActive ? population.figures_now : population.figures_then);
    facts_.assume(under == Under::kActive ? population.shares_now : population.shares_then);
    in_halves(
        wanted,
        [&](std::span<const std::int64_t> part) {
          const Computation computation = compute_under(population.engine, part, under);
          findings_.add(computation, under, request_.over);
          if (request_.over != EffectOver::kDue || under != Under::kNext) return;
          for (auto& [customer, reason] :
               would_be_held(connection_, *versions_.load(connection_, next_), now_, computation)) {
            findings_.hold(customer, reason);
          }
        },
        [&](std::int64_t customer, const std::string& reason) {
          findings_.park(key_of_customer(connection_, customer), reason, under);
        });
  }

  Computation compute_under(const std::string& engine, std::span<const std::int64_t> customers,
                            Under under) {
    const VersionId version = under == Under::kActive ? active_ : next_;
    if (request_.over == EffectOver::kDue) {
      Computation computation =
          compute(facts_, connection_, versions_,
                  {customers,
                   {.engine = engine, .until = now_, .accrue = false, .label = {}},
                   engine,
                   version});
      preview_documents(facts_, connection_, versions_, engine, version, now_, computation);
      return computation;
    }
    Computation computation;
    computation.customers = facts_.customers(customers);
    computation.periods = request_.over == EffectOver::kIssued
                              ? issued_periods(computation, engine, under)
                              : open_periods(computation, engine);
    compute_documents(facts_, connection_, versions_, engine, version, computation,
                      Against::kNothing);
    return computation;
  }

  std::vector<PeriodWork> issued_periods(Computation& computation, const std::string& engine,
                                         Under under) {
    auto periods = facts_.issued_periods_starting(computation.customers, engine,
                                                  request_.range.from, request_.range.to);
    for (PeriodWork& period : periods) {
      if (under == Under::kActive) continue;
      period.version = next_;
      period.other_version.reset();  // it would be pinned to the same
    }
    return periods;
  }

  std::vector<PeriodWork> open_periods(Computation& computation, const std::string& engine) {
    auto due = facts_.due_periods(computation.customers,
                                  {.engine = engine, .until = now_, .accrue = true, .label = {}});
    std::erase_if(due.wanted, [](const PeriodWork& period) { return period.billed_before; });
    for (PeriodWork& period : due.wanted) period.as_of.reset();
    return std::move(due.wanted);
  }

  FactReader facts_;
  store::Connection& connection_;
  Versions& versions_;
  const VersionId active_;
  const VersionId next_;
  const EffectRequest& request_;
  const time::Instant now_;
  Findings findings_;
};

}  // namespace

PriceEffect effect_of(store::Connection& connection, Versions& versions,
                      const EffectRequest& request, time::Instant now) {
  const store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const VersionId active = require_active(connection, versions);
  const PreviewedVersion next(versions, request.next);
  Comparison comparison(connection, versions, active, next.number(), request, now);
  const std::vector<Population> populations = comparison.populations();
  PriceEffect effect;
  effect.active = active;
  for (const Population& population : populations) {
    effect.customers_of += static_cast<std::int64_t>(population.customers.size());
  }
  for (const Population& population : populations) {
    const std::span<const std::int64_t> customers(population.customers);
    for (std::size_t first = 0; effect.complete && first < customers.size(); first += kSlice) {
      if (request.go_on && !request.go_on(effect.customers, effect.customers_of)) {
        effect.complete = false;
        break;
      }
      const auto slice = customers.subspan(first, std::min(kSlice, customers.size() - first));
      comparison.add(population, slice);
      effect.customers += static_cast<std::int64_t>(slice.size());
    }
  }
  comparison.findings().write(effect);
  return effect;
}

}  // namespace reckoner::engine
