#include "metering/conservation_usage.hpp"

#include <fmt/format.h>

#include <set>
#include <vector>

namespace reckoner::metering {

namespace {
using store::CheckOutcome;

// $1 names, $2 event types, $3 whether the meter has filters.
constexpr store::Statement kTotals{"metering.check_usage_totals", R"(
  with meter as (
    select m.meter, m.type, m.filtered or l.computed_from is not null as lenient,
           coalesce(l.since_batch, 0) as since_batch, l.until_batch, l.computed_from
      from unnest($1::text[], $2::text[], $3::boolean[]) m (meter, type, filtered)
      left join meter_life l on l.meter = m.meter
  ), counted as (
    select e.customer_id, m.meter, count(*) as counted, count(v.customer_id) as voided
      from raw_event e
      join meter m on m.type = e.type
                  and (m.until_batch is null or e.batch_id <= m.until_batch)
                  and (e.batch_id > m.since_batch or e.occurred_at >= m.computed_from)
      left join event_void v on v.customer_id = e.customer_id and v.event_batch = e.batch_id
                            and v.event_seq = e.seq
     group by 1, 2
  ), stored as (
    select customer_id, meter, sum(event_count)::bigint as events
      from (select customer_id, meter, event_count from usage_total
            union all select customer_id, meter, event_count from usage_delta) t
     where meter in (select meter from meter)
     group by 1, 2
  ), archive as (
    select count(*) > 0 as has_events from archived_month where restored_at is null
  ), compared as (
    select coalesce(c.customer_id, s.customer_id) as customer_id, coalesce(c.meter, s.meter) as meter,
           coalesce(c.counted, 0) as counted, coalesce(c.voided, 0) as voided,
           coalesce(s.events, 0) as in_totals,
           coalesce(c.counted, 0) - coalesce(c.voided, 0) - coalesce(s.events, 0) as passed
      from counted c full join stored s on s.customer_id = c.customer_id and s.meter = c.meter
  )
  select coalesce(k.key, 'number ' || p.customer_id) as customer, p.meter, p.counted, p.voided,
         p.in_totals, p.passed, m.lenient,
         (p.passed < 0 and not has_events) or (p.passed > 0 and not m.lenient) as wrong,
         has_events
    from compared p join meter m on m.meter = p.meter cross join archive
    left join customer_key k on k.customer_id = p.customer_id
   order by wrong desc, 1, 2)"};

// $1 and $2: which plan has a charge for which meter. A total is of the subscriptions that measure
// it then, billed where the period's knowledge is not older than the total.
constexpr store::Statement kBilled{"metering.check_billed", R"(
  with priced as (
    select * from unnest($1::text[], $2::text[]) p (plan, meter)
  ), total as (
    select customer_id, bucket, meter, cut, sum(event_count)::bigint as events
      from (select customer_id, bucket, meter, cut, event_count from usage_total
            union all
            select customer_id, bucket, meter, null::bigint, event_count from usage_delta) t
     group by 1, 2, 3, 4
  ), placed as (
    select t.customer_id, t.bucket, t.meter, t.cut, t.events,
           coalesce(sum(t.events) filter (where r.meter is not null and p.billed_cut >= t.cut), 0)
             as billed,
           coalesce(sum(t.events) filter (where r.meter is not null
                                            and (p.billed_cut >= t.cut) is not true), 0) as open,
           count(r.meter) as measuring, count(s.customer_id) as subscribed
      from total t
      left join subscription s on s.customer_id = t.customer_id and s.starts_at <= t.bucket
                              and (s.ends_at is null or s.ends_at > t.bucket)
      left join priced r on r.plan = s.plan and r.meter = t.meter
      left join billing_period p on p.customer_id = s.customer_id and p.cycle = s.cycle
                                and p.side = 'arrears' and p.starts_at <= t.bucket
                                and p.ends_at > t.bucket
     group by 1, 2, 3, 4, 5
  )
  select coalesce(k.key, 'number ' || p.customer_id) as customer, p.meter,
         sum(events)::bigint as in_totals, sum(billed)::bigint as billed, sum(open)::bigint as open,
         coalesce(sum(events) filter (where measuring = 0 and subscribed = 0), 0)::bigint
           as unsubscribed,
         coalesce(sum(events) filter (where measuring = 0 and subscribed > 0
                                        and p.meter = any($2)), 0)::bigint as no_charge,
         coalesce(sum(events) filter (where measuring = 0 and subscribed > 0
                                        and p.meter <> all($2)), 0)::bigint as no_plan
    from placed p left join customer_key k on k.customer_id = p.customer_id
   group by 1, 2 order by 1, 2)"};

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
    ++outcome.checked;
    archived = row.boolean("has_events");
    passed += row.int64("passed");
    if (!row.boolean("wrong")) continue;
    outcome.add_wrong(fmt::format("customer {}, meter {}: {} counted, {} voided, {} in totals",
                                  row.text("customer"), row.text("meter"), row.int64("counted"),
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
  CheckOutcome outcome{.name = "billed",
                       .claim = "in totals = billed + open + not priced",
                       .unit = "customers and meters"};
  std::int64_t billed = 0, open = 0;
  std::size_t unpriced = 0;
  std::vector<std::string> unpriced_shown;
  for (const store::Row& row : connection.query(kBilled, {plans, meters})) {
    ++outcome.checked;
    billed += row.int64("billed");
    open += row.int64("open");
    const std::int64_t not_priced =
        row.int64("unsubscribed") + row.int64("no_charge") + row.int64("no_plan");
    const std::string who =
        fmt::format("customer {}, meter {}", row.text("customer"), row.text("meter"));
    if (row.int64("in_totals") != row.int64("billed") + row.int64("open") + not_priced) {
      outcome.add_wrong(fmt::format("{}: {} in totals, {} billed + {} open + {} not priced", who,
                                    row.int64("in_totals"), row.int64("billed"), row.int64("open"),
                                    not_priced));
    }
    for (const auto& [column, reason] : {std::pair("unsubscribed", "no subscription then"),
                                         std::pair("no_charge", "no charge for the meter"),
                                         std::pair("no_plan", "meter of no plan")}) {
      if (row.int64(column) == 0) continue;
      if (++unpriced > kUnpricedShown) continue;
      unpriced_shown.push_back(
          fmt::format("not priced: {}: {} events: {}", who, row.int64(column), reason));
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
