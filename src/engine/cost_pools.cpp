#include "engine/cost_pools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/log.hpp"
#include "engine/pool_members.hpp"
#include "invoicing/cost_facts.hpp"
#include "store/open_books.hpp"
#include "store/silence.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr std::size_t kRowsPerStatement = 10'000;

constexpr store::Statement kUndivided{"months of cost pools to divide", R"(
  select a.pool, a.month, a.currency, a.amount, d.pool is not null as divided
    from pool_amount a left join pool_division d on d.pool = a.pool and d.month = a.month
   where d.pool is null or d.amount <> a.amount
   order by a.pool, a.month)"};

// Whoever divides pools is alone in it; batches take no part.
constexpr store::Statement kLockDivisions{"lock divisions of cost pools",
                                          "select pg_advisory_xact_lock(7263517)"};

// Waits for batches that are being billed; those that begin meanwhile wait for this transaction.
constexpr store::Statement kLockBooks{"lock books for a cost pool",
                                      "select pg_advisory_xact_lock($1)"};

constexpr store::Statement kDivided{"division of a cost pool", R"(
  select amount from pool_division where pool = $1 and month = $2)"};

constexpr store::Statement kNoteProblem{"note problem of a cost pool", R"(
  insert into pool_problem (pool, month, reason, since, tried_at) values ($1, $2, $3, $4, $4)
  on conflict (pool, month) do update set reason = excluded.reason, tried_at = excluded.tried_at)"};
constexpr store::Statement kEndProblem{"end problem of a cost pool", R"(
  delete from pool_problem where pool = $1 and month = $2)"};
constexpr store::Statement kForgetProblems{"forget problems of cost pools", R"(
  delete from pool_problem where not (pool = any($1::text[])))"};
constexpr store::Statement kProblems{"problems of cost pools", R"(
  select pool, month, reason, since, tried_at from pool_problem order by pool, month)"};

constexpr store::Statement kSharesOfPool{"shares of a cost pool", R"(
  select customer_id, pool, month, cycle, falls_on, currency, amount, description, tax, facts
    from pool_share where pool = $1 and month = $2 order by customer_id)"};

constexpr store::Statement kStoreDivision{"store division of a cost pool", R"(
  insert into pool_division (pool, month, currency, amount, customers, cut, version_id, measured_at,
                             divided_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
  on conflict (pool, month) do update set amount = excluded.amount, divided_at = excluded.divided_at)"};

constexpr store::Statement kStoreShares{"store cost pool shares", R"(
  insert into pool_share (customer_id, pool, month, cycle, falls_on, currency, amount, description,
                          tax, facts)
  select n.customer_id, $2, $3, n.cycle, n.falls_on, $4, n.amount, n.description, n.tax, n.facts
    from unnest($1::bigint[], $5::int[], $6::date[], $7::numeric[], $8::text[], $9::text[],
                $10::text[])
           as n(customer_id, cycle, falls_on, amount, description, tax, facts)
  on conflict (customer_id, pool, month) do update
    set amount = excluded.amount, description = excluded.description, facts = excluded.facts)"};

constexpr store::Statement kLockBilled{"lock customers of a cost pool", R"(
  update customer_state set ordinal = ordinal
   where customer_id in (
     select s.customer_id
       from pool_share s
       join billing_period p on p.customer_id = s.customer_id and p.cycle = s.cycle
                            and p.side = 'arrears' and p.starts_on <= s.falls_on
                            and p.ends_on > s.falls_on
      where s.pool = $1 and s.month = $2 and p.billed_cut is not null))"};

constexpr store::Statement kReopen{"reopen periods of a cost pool", R"(
  insert into reopening (customer_id, reopening, cycle, from_at, until_at, cause, at_once,
                         created_at)
  select s.customer_id,
         coalesce((select max(r.reopening) from reopening r where r.customer_id = s.customer_id), 0)
           + 1,
         s.cycle, p.starts_at, p.ends_at, $3, false, $4
    from pool_share s
    join billing_period p on p.customer_id = s.customer_id and p.cycle = s.cycle
                         and p.side = 'arrears' and p.starts_on <= s.falls_on
                         and p.ends_on > s.falls_on
   where s.pool = $1 and s.month = $2 and p.billed_cut is not null)"};

/// A month whose amount is not divided as it stands.
struct Undivided {
  const domain::CostPool* pool;
  std::string month;
  money::Money amount;
  bool measured = false;     ///< its proportions stand already
  std::string problem = {};  ///< why it cannot be divided, as far as that is known before
};

std::vector<Undivided> undivided(store::Connection& connection,
                                 const config::Configuration& configuration,
                                 const PoolKnowledge& knowledge) {
  std::vector<Undivided> found;
  if (configuration.allocation.pools.empty()) return found;
  for (const store::Row& row : connection.query(kUndivided)) {
    const domain::CostPool* pool = configuration.allocation.pool(row.text("pool"));
    if (pool == nullptr || pool->engine != knowledge.engine) continue;
    const std::string month = row.text("month");
    if (pool->zone.start_of(days_of_month(month).next) > knowledge.fires_at) continue;
    if (row.text("currency") != pool->currency.code()) {
      const auto entered_in = money::Currency::of(row.text("currency"));
      found.push_back({pool,
                       month,
                       {row.decimal("amount"), entered_in},
                       row.boolean("divided"),
                       fmt::format("its amount is in {}, and the pool in {} now", entered_in.code(),
                                   pool->currency.code())});
      continue;
    }
    found.push_back({pool, month, {row.decimal("amount"), pool->currency}, row.boolean("divided")});
  }
  return found;
}

std::string description_of(const domain::CostPool& pool, const std::string& month,
                           const money::Money& amount, const money::Money& whole) {
  const money::Decimal percent =
      whole.is_zero()
          ? money::Decimal(0)
          : money::round(money::Ratio(amount.amount() * money::Decimal(100), whole.amount()), 4,
                         money::Rounding::kHalfAwayFromZero);
  return fmt::format("{}, {} % of {} {} for {}", pool.title, percent.to_string(), whole.to_string(),
                     whole.currency().code(), month);
}

/// Gives the shares the amounts in which the paths divide the whole.
void divide(const domain::CostPool& pool, const std::vector<invoicing::CostPath>& paths,
            const std::vector<invoicing::CostFacts::Meter>& meters, PoolDivision& division) {
  const auto divided = invoicing::divide_cost(division.amount, paths);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    PoolShare& share = division.shares[i].second;
    share.amount = divided[i].back().amount;
    share.description = description_of(pool, division.month, share.amount, division.amount);
    share.facts = invoicing::to_json({pool.name, division.month, meters, paths[i], divided[i]});
  }
}

/// The stored shares with another amount in the same proportions.
PoolDivision divide_again(store::Connection& connection, const Undivided& one) {
  PoolDivision division{one.pool->name, one.month, one.amount, {}};
  std::vector<invoicing::CostPath> paths;
  std::vector<invoicing::CostFacts::Meter> meters;
  for (const store::Row& row : connection.query(kSharesOfPool, {one.pool->name, one.month})) {
    PoolShare share = read_pool_share(row);
    invoicing::CostFacts facts =
        invoicing::parse_cost_facts(text::parse_json(share.facts), one.amount.currency());
    paths.push_back(std::move(facts.path));
    meters = std::move(facts.meters);
    division.shares.emplace_back(CustomerId{row.int64("customer_id")}, std::move(share));
  }
  divide(*one.pool, paths, meters, division);
  return division;
}

void check_sum(const PoolDivision& division) {
  money::Money sum(division.amount.currency());
  for (const auto& [customer, share] : division.shares) sum += share.amount;
  RK_CHECK(sum == division.amount);
}

void store_shares(store::Connection& connection, const PoolDivision& division) {
  for (std::size_t from = 0; from < division.shares.size(); from += kRowsPerStatement) {
    std::vector<CustomerId> customers;
    std::vector<std::int64_t> cycles;
    std::vector<time::Date> days;
    std::vector<money::Decimal> amounts;
    std::vector<std::string> descriptions;
    std::vector<std::string> taxes;
    std::vector<std::string> facts;
    const std::size_t until = std::min(division.shares.size(), from + kRowsPerStatement);
    for (std::size_t i = from; i < until; ++i) {
      const auto& [customer, share] = division.shares[i];
      customers.push_back(customer);
      cycles.push_back(share.cycle);
      days.push_back(share.falls_on);
      amounts.push_back(share.amount.amount());
      descriptions.push_back(share.description);
      taxes.push_back(share.tax);
      facts.push_back(share.facts);
    }
    connection.execute(kStoreShares,
                       {customers, division.pool, division.month, division.amount.currency().code(),
                        cycles, days, amounts, descriptions, taxes, facts});
  }
}

/// In a transaction that holds the divisions. Nobody sees the shares before it ends; the books wait
/// from where it is known which periods have been billed without them.
void store_division(store::Connection& connection, const PoolDivision& division, VersionId version,
                    const PoolKnowledge& knowledge, time::Instant now) {
  check_sum(division);
  connection.execute(
      kStoreDivision,
      {division.pool, division.month, division.amount.currency().code(), division.amount.amount(),
       static_cast<std::int64_t>(division.shares.size()), knowledge.cut, version, now});
  store_shares(connection, division);
  connection.execute(kEndProblem, {division.pool, division.month});
  connection.query(kLockBooks, {store::kBooksLock});
  connection.execute(kLockBilled, {division.pool, division.month});
  connection.execute(kReopen,
                     {division.pool, division.month,
                      fmt::format("cost pool {} of {}", division.pool, division.month), now});
}

PoolDivision division_of(FactReader& facts, store::Connection& connection,
                         const CompiledVersion& compiled, const Undivided& one) {
  if (!one.problem.empty()) throw Error(one.problem);
  if (one.measured) return divide_again(connection, one);
  return divide_pool(facts, connection, compiled, *one.pool, one.month, one.amount);
}

void tell_undivided(const Undivided& one, const Error& error) {
  log::error("cost pool '{}' of {} is not divided: {}", one.pool->name, one.month, error.what());
}

}  // namespace

std::string pool_line_key(const std::string& pool, const std::string& month) {
  return domain::make_line_key(std::nullopt, domain::charge_of_pool(pool), "month=" + month,
                               domain::Side::kArrears);
}

bool has_undivided_pools(store::Connection& connection, const config::Configuration& configuration,
                         const PoolKnowledge& knowledge) {
  return !undivided(connection, configuration, knowledge).empty() ||
         !pool_problems(connection).empty();
}

void divide_pools(store::Connection& connection, const CompiledVersion& compiled, VersionId version,
                  const PoolKnowledge& knowledge, time::Instant now,
                  std::chrono::milliseconds silence_max) {
  const config::Configuration& configuration = compiled.configuration();
  std::vector<std::string> names;
  for (const domain::CostPool& pool : configuration.allocation.pools) names.push_back(pool.name);
  connection.execute(kForgetProblems, {names});
  for (Undivided& one : undivided(connection, configuration, knowledge)) {
    std::string problem;
    try {
      store::Transaction transaction(connection);
      store::limit_silence(connection, silence_max);
      connection.query(kLockDivisions);
      const auto before = connection.query(kDivided, {one.pool->name, one.month}).at_most_one();
      if (before && before->decimal("amount") == one.amount.amount()) continue;
      one.measured = before.has_value();
      FactReader facts(connection, {knowledge.cut, /*tail=*/false});
      store_division(connection, division_of(facts, connection, compiled, one), version, knowledge,
                     now);
      transaction.commit();
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      tell_undivided(one, error);
      problem = error.what();
    }
    if (!problem.empty()) {
      connection.execute(kNoteProblem, {one.pool->name, one.month, problem, now});
    }
  }
}

std::vector<PoolProblem> pool_problems(store::Connection& connection) {
  std::vector<PoolProblem> problems;
  for (const store::Row& row : connection.query(kProblems)) {
    problems.push_back({row.text("pool"), row.text("month"), row.text("reason"),
                        row.instant("since"), row.instant("tried_at")});
  }
  return problems;
}

std::vector<PoolDivision> divisions_to_come(FactReader& facts, store::Connection& connection,
                                            const CompiledVersion& compiled,
                                            const PoolKnowledge& knowledge) {
  std::vector<PoolDivision> divisions;
  for (const Undivided& one : undivided(connection, compiled.configuration(), knowledge)) {
    try {
      divisions.push_back(division_of(facts, connection, compiled, one));
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      tell_undivided(one, error);
    }
  }
  return divisions;
}

PoolShares shares_of(std::vector<PoolDivision> divisions) {
  PoolShares shares;
  for (PoolDivision& division : divisions) {
    for (auto& [customer, share] : division.shares) shares[customer].push_back(std::move(share));
  }
  return shares;
}

PoolDivision divide_pool(FactReader& facts, store::Connection& connection,
                         const CompiledVersion& compiled, const domain::CostPool& pool,
                         const std::string& month, const money::Money& amount) {
  const MonthDays days = days_of_month(month);
  const std::vector<PoolMember> members = pool_members(connection, pool, days);
  invoicing::CostRule rule{.weights = {}, .minimum_percent = pool.minimum_percent};
  std::vector<invoicing::CostFacts::Meter> meters;
  for (const domain::CostPool::Driver& driver : pool.drivers) {
    rule.weights.push_back(driver.weight);
    meters.push_back({driver.meter, driver.weight});
  }
  const std::vector<invoicing::CostPath> paths =
      invoicing::cost_paths(pool_parts(facts, compiled.meter_reader(),
                                       compiled.configuration().allocation, pool, days, members),
                            rule);
  if (paths.empty()) throw Error("nobody could bear it");
  std::map<std::string_view, const PoolMember*> by_key;
  for (const PoolMember& member : members) by_key.emplace(member.key, &member);
  PoolDivision division{pool.name, month, amount, {}};
  for (const invoicing::CostPath& path : paths) {
    const PoolMember& member = *by_key.at(path.back().part);
    division.shares.emplace_back(member.customer,
                                 PoolShare{.pool = pool.name,
                                           .month = month,
                                           .cycle = member.cycle,
                                           .falls_on = member.falls_on,
                                           .amount = money::Money(amount.currency()),
                                           .description = {},
                                           .tax = pool.tax,
                                           .facts = {}});
  }
  divide(pool, paths, meters, division);
  return division;
}

}  // namespace reckoner::engine
