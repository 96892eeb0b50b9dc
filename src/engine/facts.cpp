#include "engine/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "usage/bucket.hpp"

namespace reckoner::engine {

namespace {

// A batch touches a few of many rows, always by key. What the planner believes about a table may be
// older than an import or than this run: it would read the whole table in every batch, or keep a
// plan from when the table was empty.
constexpr store::Statement kLookUpByKey{"look up by key", R"(
  select set_config('plan_cache_mode', 'force_generic_plan', true),
         set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
         set_config('enable_mergejoin', 'off', true))"};

constexpr store::Statement kCustomers{"customers of a batch", R"(
  select c.customer_id, c.key, c.name, c.email, c.time_zone, c.anchor_day, s.ordinal
    from customer c join customer_state s using (customer_id)
   where c.customer_id = any($1::bigint[]) order by c.customer_id)"};

constexpr store::Statement kCycles{"cycles of a batch", R"(
  select c.customer_id, c.cycle, c.engine, c.currency, c.months, c.anchor_day, c.time_zone,
         max(s.ends_at) as last_end, bool_or(s.subscription is not null and s.ends_at is null) as goes_on
    from cycle c left join subscription s on s.customer_id = c.customer_id and s.cycle = c.cycle
   where c.customer_id = any($1::bigint[])
   group by c.customer_id, c.cycle order by c.customer_id, c.cycle)"};

constexpr store::Statement kOpenPeriods{"open and reopened periods of a batch", R"(
  select p.customer_id, p.cycle, p.side, p.starts_at, p.ends_at, p.starts_on, p.ends_on, p.time_zone,
         p.label, p.billed_cut, p.version_id, n.customer_id is not null as followed
    from billing_period p
    left join billing_period n on n.customer_id = p.customer_id and n.cycle = p.cycle
                              and n.side = p.side and n.starts_at = p.ends_at
   where p.customer_id = any($1::bigint[])
     and (p.billed_cut is null or p.billed_cut <= $2)
     and (p.billed_cut is null
       or exists (select from cut_touch t
                   where t.customer_id = p.customer_id and t.cut > p.billed_cut and t.cut <= $2
                     and t.first_at < p.ends_at and t.last_at >= p.starts_at)
       or $3 and exists (select from usage_delta d join ingest_batch b on b.batch_id = d.batch_id
                          where d.customer_id = p.customer_id and b.cut is null
                            and d.bucket < p.ends_at and d.bucket >= p.starts_at)
       or exists (select from reopening r
                   where r.customer_id = p.customer_id and r.cycle = p.cycle
                     and r.closed_by_run is null and r.from_at < p.ends_at
                     and (r.until_at is null or r.until_at > p.starts_at)))
   order by p.customer_id, p.starts_at, p.cycle, p.side)"};

constexpr store::Statement kIssuedAt{"issued periods at an instant", R"(
  select p.customer_id, p.cycle, p.side, p.starts_at, p.ends_at, p.starts_on, p.ends_on, p.time_zone,
         p.label, p.billed_cut, p.version_id, true as followed
    from billing_period p
   where p.customer_id = any($1::bigint[]) and p.billed_cut is not null
     and p.starts_at < $2 and p.ends_at > $2
   order by p.customer_id, p.starts_at, p.cycle, p.side)"};

constexpr store::Statement kSubscriptions{"subscriptions of a batch", R"(
  select customer_id, subscription, cycle, plan, currency, starts_at, ends_at
    from subscription where customer_id = any($1::bigint[]) order by customer_id, subscription)"};

constexpr store::Statement kDiscounts{"discounts of a batch", R"(
  select customer_id, discount, percentage, starts_at, ends_at
    from discount where customer_id = any($1::bigint[]) order by customer_id, discount)"};

constexpr store::Statement kUsage{"usage of a batch", R"(
  select q.position, t.meter, sum(t.event_count)::bigint as event_count, sum(t.value_sum) as value_sum,
         min(t.value_min) as value_min, max(t.value_max) as value_max
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    join usage_total t on t.customer_id = q.customer_id
                      and t.bucket >= q.from_at and t.bucket < q.until_at and t.cut <= $5
   group by q.position, t.meter)"};

constexpr store::Statement kUsageWithTail{"usage of a batch with the tail", R"(
  select q.position, t.meter, sum(t.event_count)::bigint as event_count, sum(t.value_sum) as value_sum,
         min(t.value_min) as value_min, max(t.value_max) as value_max
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    cross join lateral (
      select meter, event_count, value_sum, value_min, value_max from usage_total t
       where t.customer_id = q.customer_id and t.bucket >= q.from_at and t.bucket < q.until_at
         and t.cut <= $5
      union all
      select d.meter, d.event_count, d.value_sum, d.value_min, d.value_max
        from usage_delta d join ingest_batch b on b.batch_id = d.batch_id and b.cut is null
       where d.customer_id = q.customer_id and d.bucket >= q.from_at and d.bucket < q.until_at) t
   group by q.position, t.meter)"};

constexpr store::Statement kBilled{"billed lines of a batch", R"(
  select w.position, l.key, max(l.subscription) as subscription, max(l.charge) as charge,
         (array_agg(l.description order by l.ordinal, l.line))[1] as description,
         (array_agg(l.starts_on order by l.ordinal, l.line))[1] as starts_on,
         (array_agg(l.ends_on order by l.ordinal, l.line))[1] as ends_on,
         max(l.unit) as unit, sum(l.quantity) as quantity, sum(l.amount) as amount
    from unnest($1::int[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[])
           as w(position, customer_id, cycle, side, starts_at)
    join document_line l on l.customer_id = w.customer_id and l.period_starts_at = w.starts_at
                        and l.cycle = w.cycle and l.side = w.side
   group by w.position, l.key
   order by w.position, min(l.ordinal), min(l.line))"};

constexpr store::Statement kBalances{"balances of a batch", R"(
  select customer_id, currency, balance from customer_balance
   where customer_id = any($1::bigint[]))"};

constexpr store::Statement kUnclaimedPayments{"unclaimed payments of a batch", R"(
  select customer_id, payment, reference, received_on, currency, amount, note from payment
   where customer_id = any($1::bigint[]) and claimed_by is null
   order by customer_id, payment)"};

std::vector<std::int64_t> ids_of(std::span<CustomerWork* const> customers) {
  std::vector<std::int64_t> ids;
  ids.reserve(customers.size());
  for (const CustomerWork* work : customers) ids.push_back(work->customer.id.value);
  return ids;
}

struct CustomerIndex {
  std::vector<std::int64_t> ids;
  std::unordered_map<std::int64_t, CustomerWork*> by_id;
};

CustomerIndex index(std::deque<CustomerWork>& customers) {
  CustomerIndex index;
  for (CustomerWork& work : customers) {
    index.ids.push_back(work.customer.id.value);
    index.by_id.emplace(work.customer.id.value, &work);
  }
  return index;
}

const domain::Cycle& cycle_of(const CustomerWork& customer, std::int64_t number) {
  for (const domain::Cycle& cycle : customer.cycles) {
    if (cycle.number == number) return cycle;
  }
  throw Bug(fmt::format("cycle {} of customer {} has gone", number, customer.customer.key));
}

PeriodWork stored_period(const store::Row& row, CustomerWork& customer,
                         const domain::Cycle& cycle) {
  PeriodWork period;
  period.customer = &customer;
  period.cycle = &cycle;
  period.bounds = {.period = {row.instant("starts_at"), row.instant("ends_at")},
                   .starts_on = row.date("starts_on"),
                   .ends_on = row.date("ends_on"),
                   .label = row.text("label")};
  period.key = {period.bounds.period.starts_at, cycle.number, domain::parse_side(row.text("side"))};
  period.zone = time::Zone::named(row.text("time_zone"));
  period.stored = true;
  period.followed = row.boolean("followed");
  if (const auto billed_cut = row.optional_int64("billed_cut")) {
    period.billed_before = true;
    period.billed_cut = *billed_cut;
    period.version = {row.int64("version_id")};
  }
  return period;
}

}  // namespace

std::optional<PeriodWork> following_period(const PeriodWork& period) {
  const time::Instant starts_at = period.bounds.period.ends_at;
  const domain::Cycle& cycle = *period.cycle;
  if (period.followed) return std::nullopt;
  if (cycle.subscribed_until && *cycle.subscribed_until <= starts_at) return std::nullopt;
  PeriodWork next = period;
  next.bounds = time::period_from(cycle.rule, starts_at);
  next.key.starts_at = starts_at;
  next.zone = cycle.rule.zone;
  next.stored = false;
  return next;
}

FactReader::FactReader(store::Connection& connection, Knowledge knowledge)
    : connection_(connection), knowledge_(knowledge) {
  connection_.query(kLookUpByKey);
}

std::deque<CustomerWork> FactReader::customers(std::span<const std::int64_t> ids) {
  std::deque<CustomerWork> customers;
  std::unordered_map<std::int64_t, CustomerWork*> by_id;
  for (const store::Row& row : connection_.query(kCustomers, {ids})) {
    CustomerWork& work = customers.emplace_back();
    work.customer = {.id = {row.int64("customer_id")},
                     .key = row.text("key"),
                     .name = row.text("name"),
                     .email = row.text("email"),
                     .zone = time::Zone::named(row.text("time_zone")),
                     .anchor_day = static_cast<int>(row.int64("anchor_day"))};
    work.ordinal = row.int64("ordinal");
    by_id.emplace(work.customer.id.value, &work);
  }
  for (const store::Row& row : connection_.query(kCycles, {ids})) {
    const auto found = by_id.find(row.int64("customer_id"));
    RK_CHECK(found != by_id.end());
    domain::Cycle cycle{.number = row.int64("cycle"),
                        .engine = row.text("engine"),
                        .currency = money::Currency::of(row.text("currency")),
                        .rule = {.anchor_day = static_cast<int>(row.int64("anchor_day")),
                                 .months = static_cast<int>(row.int64("months")),
                                 .zone = time::Zone::named(row.text("time_zone"))},
                        .subscribed_until = std::nullopt};
    if (!row.boolean("goes_on")) {
      cycle.subscribed_until = row.optional_instant("last_end").value_or(time::Instant::min());
    }
    found->second->cycles.push_back(std::move(cycle));
  }
  return customers;
}

std::vector<PeriodWork> FactReader::issued_periods_at(std::deque<CustomerWork>& customers,
                                                      std::string_view engine, time::Instant at) {
  const auto [ids, by_id] = index(customers);
  std::vector<PeriodWork> periods;
  for (const store::Row& row : connection_.query(kIssuedAt, {ids, at})) {
    CustomerWork& customer = *by_id.at(row.int64("customer_id"));
    const domain::Cycle& cycle = cycle_of(customer, row.int64("cycle"));
    if (cycle.engine != engine) continue;
    PeriodWork period = stored_period(row, customer, cycle);
    period.as_of = at;
    periods.push_back(std::move(period));
  }
  return periods;
}

FactReader::DuePeriods FactReader::due_periods(std::deque<CustomerWork>& customers,
                                               const Due& due) {
  const auto [ids, by_id] = index(customers);

  DuePeriods periods;
  const auto wanted = [&](const PeriodWork& period) {
    return due.label.empty() || due.label == period.bounds.label;
  };
  const auto reached = [&](const PeriodWork& period) {
    return due.accrue ? period.bounds.period.starts_at < due.until
                      : period.bounds.period.ends_at <= due.until;
  };
  for (const store::Row& row :
       connection_.query(kOpenPeriods, {ids, knowledge_.cut, knowledge_.tail})) {
    CustomerWork& customer = *by_id.at(row.int64("customer_id"));
    const domain::Cycle& cycle = cycle_of(customer, row.int64("cycle"));
    if (cycle.engine != due.engine) continue;
    PeriodWork period = stored_period(row, customer, cycle);
    if (period.billed_before) {
      if (wanted(period)) periods.wanted.push_back(std::move(period));
      continue;
    }
    // The open period, and those after it that are reached meanwhile without a row of their own.
    if (due.accrue) period.as_of = due.until;
    for (std::optional<PeriodWork> open = period; open && reached(*open);
         open = following_period(*open)) {
      (wanted(*open) ? periods.wanted : periods.passed_over).push_back(*open);
    }
  }
  std::stable_sort(periods.wanted.begin(), periods.wanted.end(),
                   [](const PeriodWork& a, const PeriodWork& b) {
                     return std::tuple(a.customer->customer.id, a.key) <
                            std::tuple(b.customer->customer.id, b.key);
                   });
  return periods;
}

void FactReader::subscriptions(std::span<CustomerWork* const> customers) {
  std::unordered_map<std::int64_t, CustomerWork*> by_id;
  for (CustomerWork* work : customers) {
    work->subscriptions.clear();
    by_id.emplace(work->customer.id.value, work);
  }
  for (const store::Row& row : connection_.query(kSubscriptions, {ids_of(customers)})) {
    by_id.at(row.int64("customer_id"))
        ->subscriptions.push_back({.number = row.int64("subscription"),
                                   .cycle = row.int64("cycle"),
                                   .plan = row.text("plan"),
                                   .currency = money::Currency::of(row.text("currency")),
                                   .starts_at = row.instant("starts_at"),
                                   .ends_at = row.optional_instant("ends_at")});
  }
}

std::map<CustomerId, std::vector<domain::Discount>> FactReader::discounts(
    std::span<CustomerWork* const> customers) {
  std::map<CustomerId, std::vector<domain::Discount>> discounts;
  for (const store::Row& row : connection_.query(kDiscounts, {ids_of(customers)})) {
    discounts[{row.int64("customer_id")}].push_back({.number = row.int64("discount"),
                                                     .percentage = row.decimal("percentage"),
                                                     .starts_at = row.instant("starts_at"),
                                                     .ends_at = row.optional_instant("ends_at")});
  }
  return discounts;
}

std::vector<FactReader::UsageByMeter> FactReader::usage(std::span<const UsageQuery> queries) {
  std::vector<UsageByMeter> results(queries.size());
  if (queries.empty()) return results;
  std::vector<std::int64_t> positions;
  std::vector<CustomerId> customers;
  std::vector<time::Instant> from;
  std::vector<time::Instant> until;
  for (const UsageQuery& query : queries) {
    if (!usage::is_bucket_boundary(query.period.starts_at) ||
        !usage::is_bucket_boundary(query.period.ends_at)) {
      throw Error(fmt::format("usage from {} until {} does not begin and end on a quarter hour",
                              time::to_string(query.period.starts_at),
                              time::to_string(query.period.ends_at)));
    }
    positions.push_back(static_cast<std::int64_t>(positions.size()));
    customers.push_back(query.customer);
    from.push_back(query.period.starts_at);
    until.push_back(query.period.ends_at);
  }
  const store::Statement& statement = knowledge_.tail ? kUsageWithTail : kUsage;
  for (const store::Row& row :
       connection_.query(statement, {positions, customers, from, until, knowledge_.cut})) {
    results[static_cast<std::size_t>(row.int64("position"))].emplace(
        row.text("meter"), usage::Fold{row.int64("event_count"), row.decimal("value_sum"),
                                       row.decimal("value_min"), row.decimal("value_max")});
  }
  return results;
}

std::vector<std::vector<domain::BilledLine>> FactReader::billed(
    std::span<PeriodWork* const> periods) {
  std::vector<std::vector<domain::BilledLine>> results(periods.size());
  std::vector<std::int64_t> positions;
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<std::string_view> sides;
  std::vector<time::Instant> starts;
  for (std::size_t i = 0; i < periods.size(); ++i) {
    if (!periods[i]->billed_before) continue;
    positions.push_back(static_cast<std::int64_t>(i));
    customers.push_back(periods[i]->customer->customer.id);
    cycles.push_back(periods[i]->key.cycle);
    sides.push_back(domain::to_string(periods[i]->key.side));
    starts.push_back(periods[i]->key.starts_at);
  }
  if (positions.empty()) return results;
  for (const store::Row& row :
       connection_.query(kBilled, {positions, customers, cycles, sides, starts})) {
    const auto position = static_cast<std::size_t>(row.int64("position"));
    const money::Currency currency = periods[position]->cycle->currency;
    results[position].push_back({.key = row.text("key"),
                                 .subscription = row.optional_int64("subscription"),
                                 .charge = row.text("charge"),
                                 .description = row.text("description"),
                                 .starts_on = row.date("starts_on"),
                                 .ends_on = row.date("ends_on"),
                                 .quantity = row.decimal("quantity"),
                                 .unit = row.text("unit"),
                                 .amount = money::Money(row.decimal("amount"), currency)});
  }
  return results;
}

std::map<std::pair<CustomerId, std::string>, Balance> FactReader::balances(
    std::span<const std::int64_t> customers) {
  std::map<std::pair<CustomerId, std::string>, Balance> balances;
  for (const store::Row& row : connection_.query(kBalances, {customers})) {
    balances[{{row.int64("customer_id")}, row.text("currency")}].balance = row.decimal("balance");
  }
  for (const store::Row& row : connection_.query(kUnclaimedPayments, {customers})) {
    const std::string code = row.text("currency");
    balances[{{row.int64("customer_id")}, code}].unclaimed.push_back(
        {.number = row.int64("payment"),
         .reference = row.text("reference"),
         .received_on = row.date("received_on"),
         .amount = money::Money(row.decimal("amount"), money::Currency::of(code)),
         .note = row.text("note")});
  }
  return balances;
}

}  // namespace reckoner::engine
