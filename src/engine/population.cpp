#include "engine/population.hpp"

#include <fmt/format.h>

namespace reckoner::engine {

namespace {

// The first period that is still open says how far back; all months that have ended since then are
// wanted, also those of periods without a row yet.
constexpr store::Statement kFirstOpen{"first open period of an engine", R"(
  select min(p.ends_at) as ends_at
    from billing_period p join cycle c on c.customer_id = p.customer_id and c.cycle = p.cycle
   where c.engine = $1 and p.billed_cut is null and p.side = 'arrears' and p.ends_at <= $2)"};

constexpr store::Statement kIsStored{"population fact of a month", R"(
  select 1 from population_fact where engine = $1 and name = $2 and month = $3)"};

constexpr store::Statement kPopulation{"usage of the population", R"(
  with subscribed as (
    select distinct s.customer_id
      from subscription s join cycle c on c.customer_id = s.customer_id and c.cycle = s.cycle
     where c.engine = $1 and s.starts_at < $4 and (s.ends_at is null or s.ends_at > $3))
  select count(distinct p.customer_id) as customers, coalesce(sum(t.value_sum), 0) as value_sum,
         coalesce(sum(t.event_count), 0)::bigint as event_count
    from subscribed p
    left join usage_total t on t.customer_id = p.customer_id and t.meter = $2
                           and t.bucket >= $3 and t.bucket < $4 and t.cut <= $5)"};

// Of whoever looks ahead: a run would have closed a cut over the tail.
constexpr store::Statement kPopulationWithTail{"usage of the population with the tail", R"(
  with subscribed as (
    select distinct s.customer_id
      from subscription s join cycle c on c.customer_id = s.customer_id and c.cycle = s.cycle
     where c.engine = $1 and s.starts_at < $4 and (s.ends_at is null or s.ends_at > $3)),
  used as (
    select t.customer_id, t.value_sum, t.event_count from usage_total t
     where t.meter = $2 and t.bucket >= $3 and t.bucket < $4 and t.cut <= $5
    union all
    select d.customer_id, d.value_sum, d.event_count
      from usage_delta d join ingest_batch b on b.batch_id = d.batch_id and b.cut is null
     where d.meter = $2 and d.bucket >= $3 and d.bucket < $4)
  select count(distinct p.customer_id) as customers, coalesce(sum(t.value_sum), 0) as value_sum,
         coalesce(sum(t.event_count), 0)::bigint as event_count
    from subscribed p left join used t on t.customer_id = p.customer_id)"};

constexpr store::Statement kStore{"store population fact", R"(
  insert into population_fact (engine, name, month, value, customers, cut, version_id, computed_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8))"};

constexpr std::chrono::hours kFurthestAhead{14};

time::Date month_ended_before(time::Instant instant, const time::Zone& zone) {
  return time::month_day(zone.date_of(instant), -1, 1);
}

std::string label_of(time::Date month) {
  return time::to_string(month).substr(0, std::string_view("2026-10").size());
}

money::Decimal figure_of(const config::Configuration& configuration,
                         const config::PopulationFact& fact, const store::Row& row) {
  const money::Decimal customers(row.int64("customers"));
  if (fact.figure == config::PopulationFigure::kCustomers) return customers;
  const domain::Meter* measured = nullptr;
  for (const domain::Meter& meter : configuration.meters) {
    if (meter.name == fact.meter) measured = &meter;
  }
  RK_CHECK(measured != nullptr);
  const money::Decimal total = measured->aggregation == domain::Aggregation::kCount
                                   ? money::Decimal(row.int64("event_count"))
                                   : row.decimal("value_sum");
  if (fact.figure == config::PopulationFigure::kTotal) return total;
  if (customers.is_zero()) return 0;
  return money::round(money::Ratio(total, customers), 20, money::Rounding::kHalfEven);
}

/// A figure that nobody has computed yet.
struct Missing {
  const config::PopulationFact* fact;
  std::string month;
  time::Period period;
};

std::vector<Missing> missing_facts(store::Connection& connection,
                                   const config::Configuration& configuration,
                                   const std::string& engine, time::Instant fires_at,
                                   time::Instant now) {
  std::vector<Missing> missing;
  if (configuration.population_facts.empty()) return missing;
  const auto first_open =
      connection.query(kFirstOpen, {engine, fires_at}).only().optional_instant("ends_at");
  if (!first_open) return missing;
  const time::Zone zone = zone_of_engine(configuration, engine);
  const time::Date last = month_ended_before(now, zone);
  for (time::Date month = month_ended_before(*first_open + kFurthestAhead, zone); month <= last;
       month = time::month_day(month, 1, 1)) {
    const std::string label = label_of(month);
    const time::Period period{zone.start_of(month), zone.start_of(time::month_day(month, 1, 1))};
    for (const config::PopulationFact& fact : configuration.population_facts) {
      if (!connection.query(kIsStored, {engine, fact.name, label}).empty()) continue;
      missing.push_back({&fact, label, period});
    }
  }
  return missing;
}

}  // namespace

std::string population_month(const time::CyclePeriod& period, const time::Zone& engine_zone) {
  return label_of(month_ended_before(period.period.ends_at + kFurthestAhead, engine_zone));
}

time::Zone zone_of_engine(const config::Configuration& configuration, std::string_view engine) {
  for (const config::EngineConfig& candidate : configuration.engines) {
    if (candidate.id == engine && candidate.schedule) return candidate.schedule->zone;
  }
  return time::Zone::utc();
}

void store_population_facts(store::Connection& connection,
                            const config::Configuration& configuration, const RunFacts& run,
                            time::Instant now) {
  for (const Missing& one :
       missing_facts(connection, configuration, run.engine, run.fires_at, now)) {
    const store::Row row =
        connection
            .query(kPopulation,
                   {run.engine, one.fact->meter, one.period.starts_at, one.period.ends_at, run.cut})
            .only();
    connection.execute(
        kStore, {run.engine, one.fact->name, one.month, figure_of(configuration, *one.fact, row),
                 row.int64("customers"), run.cut, run.version, now});
  }
}

FactSource::PopulationByMonth population_facts_to_come(store::Connection& connection,
                                                       const config::Configuration& configuration,
                                                       const std::string& engine,
                                                       time::Instant fires_at,
                                                       const Knowledge& knowledge,
                                                       time::Instant now) {
  FactSource::PopulationByMonth facts;
  for (const Missing& one : missing_facts(connection, configuration, engine, fires_at, now)) {
    const store::Row row = connection
                               .query(knowledge.tail ? kPopulationWithTail : kPopulation,
                                      {engine, one.fact->meter, one.period.starts_at,
                                       one.period.ends_at, knowledge.cut})
                               .only();
    facts[{engine, one.month}][one.fact->name] = figure_of(configuration, *one.fact, row);
  }
  return facts;
}

}  // namespace reckoner::engine
