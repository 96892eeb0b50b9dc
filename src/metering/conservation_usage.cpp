#include "metering/conservation_usage.hpp"

#include <fmt/format.h>

#include <set>
#include <vector>

namespace reckoner::metering {

namespace {
using store::CheckOutcome;

// $1 names, $2 event types, $3 whether the meter may count more events than it has in its totals.
// All pairs in one row, and one for each that is wrong. Meters are grouped by their place, which is
// shorter than their names.
constexpr store::Statement kTotals{"metering.check_usage_totals", R"(
  with meter as materialized (
    select m.place::int as place, m.meter, m.type, m.filtered or l.computed_from is not null as lenient,
           coalesce(l.since_batch, 0) as since_batch, l.until_batch, l.computed_from
      from unnest($1::text[], $2::text[], $3::boolean[]) with ordinality m (meter, type, filtered, place)
      left join meter_life l on l.meter = m.meter
  ), archive as (
    select count(*) > 0 as has_events from archived_month where restored_at is null
  ), pair as (
    select customer_id, place, sum(counted) as counted, sum(voided) as voided,
           sum(in_totals)::bigint as in_totals
      from (select e.customer_id, m.place, 1 as counted, 0 as voided, 0::bigint as in_totals
              from raw_event e
              join meter m on m.type = e.type
                          and (m.until_batch is null or e.batch_id <= m.until_batch)
                          and (e.batch_id > m.since_batch or e.occurred_at >= m.computed_from)
            union all
            select e.customer_id, m.place, 0, 1, 0
              from event_void v
              join raw_event e on e.customer_id = v.customer_id and e.batch_id = v.event_batch
                              and e.seq = v.event_seq
              join meter m on m.type = e.type
                          and (m.until_batch is null or e.batch_id <= m.until_batch)
                          and (e.batch_id > m.since_batch or e.occurred_at >= m.computed_from)
            union all
            select t.customer_id, m.place, 0, 0, t.event_count
              from usage_total t join meter m on m.meter = t.meter
            union all
            select d.customer_id, m.place, 0, 0, d.event_count
              from usage_delta d join meter m on m.meter = d.meter) part
     group by customer_id, place
  ), compared as materialized (
    select p.customer_id, m.meter, p.counted, p.voided, p.in_totals,
           p.counted - p.voided - p.in_totals as passed, has_events,
           (p.counted - p.voided < p.in_totals and not has_events)
             or (p.counted - p.voided > p.in_totals and not m.lenient) as wrong
      from pair p join meter m on m.place = p.place cross join archive
  )
  select null::bigint as customer_id, '' as meter, count(*) as pairs, 0::bigint as counted,
         0::bigint as voided, 0::bigint as in_totals, coalesce(sum(passed), 0)::bigint as passed,
         bool_or(has_events) is true as has_events
    from compared
   union all
  select customer_id, meter, 0, counted, voided, in_totals, passed, has_events
    from compared where wrong
   order by customer_id nulls first, meter)"};

// $1 and $2: which plan has a charge for which meter. A total is of the subscriptions that measure
// it then, billed where the period's knowledge is not older than the total. All that one measures
// is told in one row; by customer and meter what none does, and what two may. `subscribed` is when
// a customer is, to whatever.
constexpr store::Statement kBilled{"metering.check_billed", R"(
  with priced as (
    select plan, array_agg(meter) as meters from unnest($1::text[], $2::text[]) p (plan, meter)
     group by plan
  ), common as (
    select p.plan, o.plan as other, p.meter
      from unnest($1::text[], $2::text[]) p (plan, meter)
      join unnest($1::text[], $2::text[]) o (plan, meter) on o.meter = p.meter
  ), total as not materialized (
    select customer_id, bucket, meter, cut, event_count as events from usage_total
     union all
    select customer_id, bucket, meter, null::bigint, event_count from usage_delta
  ), measuring as (
    select s.customer_id, s.cycle, s.starts_at, s.ends_at, r.meters
      from subscription s join priced r on r.plan = s.plan
  ), shared as (
    select distinct a.customer_id, c.meter
      from subscription a
      join subscription b on b.customer_id = a.customer_id and b.subscription > a.subscription
                         and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
      join common c on c.plan = a.plan and c.other = b.plan
  ), subscribed as (
    select customer_id, range_agg(tstzrange(starts_at, ends_at)) as at
      from subscription group by customer_id
  ), placed as (
    select case when h.customer_id is not null or s.customer_id is null then t.customer_id end
             as customer_id,
           case when h.customer_id is not null or s.customer_id is null then t.meter end as meter,
           case when h.customer_id is null then t.events else 0 end as in_totals,
           case when p.billed_cut >= t.cut then t.events else 0 end as billed,
           case when s.customer_id is not null and (p.billed_cut >= t.cut) is not true
                then t.events else 0 end as open,
           case when s.customer_id is null and (b.at @> t.bucket) is not true
                then t.events else 0 end as unsubscribed,
           case when s.customer_id is null and b.at @> t.bucket then t.events else 0 end as unpriced
      from total t
      left join measuring s on s.customer_id = t.customer_id and t.meter = any(s.meters)
                           and s.starts_at <= t.bucket
                           and (s.ends_at is null or s.ends_at > t.bucket)
      left join billing_period p on p.customer_id = s.customer_id and p.cycle = s.cycle
                                and p.side = 'arrears' and p.starts_at <= t.bucket
                                and p.ends_at > t.bucket
      left join shared h on h.customer_id = t.customer_id and h.meter = t.meter
      left join subscribed b on b.customer_id = t.customer_id
     union all
    select t.customer_id, t.meter, t.events, 0, 0, 0, 0
      from total t join shared h on h.customer_id = t.customer_id and h.meter = t.meter
  )
  select customer_id, meter, sum(in_totals)::bigint as in_totals, sum(billed)::bigint as billed,
         sum(open)::bigint as open, sum(unsubscribed)::bigint as unsubscribed,
         coalesce(sum(unpriced) filter (where meter = any($2)), 0)::bigint as no_charge,
         coalesce(sum(unpriced) filter (where meter <> all($2)), 0)::bigint as no_plan
    from placed group by customer_id, meter order by customer_id nulls first, meter)"};

constexpr store::Statement kName{"metering.find_customer_key",
                                 "select key from customer_key where customer_id = $1"};

std::string customer_and_meter(store::Connection& connection, const store::Row& row) {
  const std::int64_t customer = row.int64("customer_id");
  const auto known = connection.query(kName, {customer}).at_most_one();
  return fmt::format("customer {}, meter {}",
                     known ? known->text("key") : fmt::format("number {}", customer),
                     row.text("meter"));
}

/// What one of the sums over all customers says, where it is not 0.
void remark_sum(CheckOutcome& outcome, std::string_view what, std::int64_t sum) {
  if (sum != 0) outcome.remarks.push_back(fmt::format("{} {}", sum, what));
}

constexpr std::size_t kUnpricedShown = 50;
}  // namespace

CheckOutcome check_usage_totals(store::Connection& connection,
                                const config::Configuration& configuration) {
  std::vector<std::string> names, types, filtered;
  for (const domain::Meter& meter : configuration.meters) {
    names.push_back(meter.name);
    types.push_back(meter.event_type);
    filtered.emplace_back(meter.filters.empty() ? "f" : "t");
  }
  CheckOutcome outcome{.name = "totals",
                       .claim = "counted = in totals + voided + passed by filters",
                       .unit = "customers and meters"};
  std::int64_t passed = 0;
  bool archived = false;
  for (const store::Row& row : connection.query(kTotals, {names, types, filtered})) {
    if (row.is_null("customer_id")) {
      outcome.checked = row.int64("pairs");
      passed = row.int64("passed");
      archived = row.boolean("has_events");
      continue;
    }
    outcome.add_wrong(fmt::format("{}: {} counted, {} voided, {} in totals",
                                  customer_and_meter(connection, row), row.int64("counted"),
                                  row.int64("voided"), row.int64("in_totals")));
  }
  if (archived) {
    outcome.remarks.emplace_back(
        "events in archives are not counted here: verify --recompute reads them");
  } else {
    remark_sum(outcome, "passed by filters", passed);
  }
  return outcome;
}

CheckOutcome check_billed(store::Connection& connection,
                          const config::Configuration& configuration) {
  std::set<std::pair<std::string, std::string>> priced;
  for (const domain::Plan& plan : configuration.plans) {
    for (const domain::Charge& charge : plan.charges) {
      const domain::OfMeters* metering = domain::metering_of(charge);
      if (metering == nullptr) continue;
      for (const std::string& meter : metering->meters) priced.emplace(plan.name, meter);
    }
  }
  std::vector<std::string> plans, meters;
  for (const auto& [plan, meter] : priced) {
    plans.push_back(plan);
    meters.push_back(meter);
  }
  CheckOutcome outcome{
      .name = "billed", .claim = "in totals = billed + open + not priced", .unit = "events"};
  std::int64_t billed = 0, open = 0;
  std::size_t unpriced = 0;
  std::vector<std::string> unpriced_shown;
  for (const store::Row& row : connection.query(kBilled, {plans, meters})) {
    outcome.checked += row.int64("in_totals");
    billed += row.int64("billed");
    open += row.int64("open");
    if (row.is_null("customer_id")) continue;
    const std::int64_t not_priced =
        row.int64("unsubscribed") + row.int64("no_charge") + row.int64("no_plan");
    if (row.int64("in_totals") != row.int64("billed") + row.int64("open") + not_priced) {
      outcome.add_wrong(fmt::format("{}: {} in totals, {} billed + {} open + {} not priced",
                                    customer_and_meter(connection, row), row.int64("in_totals"),
                                    row.int64("billed"), row.int64("open"), not_priced));
    }
    for (const auto& [column, reason] : {std::pair("unsubscribed", "no subscription then"),
                                         std::pair("no_charge", "no charge for the meter"),
                                         std::pair("no_plan", "meter of no plan")}) {
      if (row.int64(column) == 0) continue;
      if (++unpriced > kUnpricedShown) continue;
      unpriced_shown.push_back(fmt::format("not priced: {}: {} events: {}",
                                           customer_and_meter(connection, row), row.int64(column),
                                           reason));
    }
  }
  outcome.remarks.push_back(fmt::format("{} events billed, {} open", billed, open));
  outcome.remarks.insert(outcome.remarks.end(), unpriced_shown.begin(), unpriced_shown.end());
  if (unpriced > kUnpricedShown) {
    outcome.remarks.push_back(fmt::format("and {} more", unpriced - kUnpricedShown));
  }
  return outcome;
}

}  // namespace reckoner::metering
