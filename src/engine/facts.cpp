#include "engine/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/steps.hpp"
#include "engine/mailed_parents.hpp"
#include "usage/bucket.hpp"

namespace reckoner::engine {

namespace {

// A batch touches a few of many rows, always by key. What the planner believes about a table may be
// older than an import or than this run: it would read the whole table in every batch, or keep a
// plan from when the table was empty. A scan that cannot be avoided then looks so costly that it
// would be compiled first: never worth it here. The check of a batch's lines keeps them in memory.
// Citus needs the values to know which nodes to ask.
constexpr store::Statement kLookUpByKey{"look up by key", R"(
  select set_config('plan_cache_mode',
                    case when exists (select from pg_extension where extname = 'citus') then 'auto'
                         else 'force_generic_plan' end, true),
         set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
         set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true),
         set_config('work_mem', '32MB', true))"};

constexpr store::Statement kCustomers{"customers of a batch", R"(
  select c.customer_id, c.key, c.name, c.email, c.time_zone, c.anchor_day, c.country, c.tax_id,
         c.tax_exempt, c.legal_entity, s.ordinal
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
         p.label, p.billed_cut, p.version_id, p.showback,
         n.customer_id is not null as followed,
         (select o.version_id from billing_period o
           where o.customer_id = p.customer_id and o.cycle = p.cycle and o.side <> p.side
             and o.starts_at = p.starts_at
             and (p.billed_cut is null or o.billed_by_run < p.billed_by_run)) as other_version
    from billing_period p
    left join billing_period n on n.customer_id = p.customer_id and n.cycle = p.cycle
                              and n.side = p.side and n.starts_at = p.ends_at
   where p.customer_id = any($1::bigint[])
     and (p.billed_cut is null or p.billed_cut <= $2)
     and (p.billed_cut is null
       or exists (select from cut_touch t
                   where t.customer_id = p.customer_id and t.cut > p.billed_cut and t.cut <= $2
                     and t.first_at < p.ends_at and t.last_at > p.starts_at - interval '15 minutes')
       or $3 and exists (select from usage_delta d join ingest_batch b on b.batch_id = d.batch_id
                          where d.customer_id = p.customer_id and b.cut is null
                            and d.bucket - make_interval(secs => d.reach_seconds) < p.ends_at
                            and (d.carries or d.bucket + make_interval(secs => d.reach_seconds)
                                                > p.starts_at - interval '15 minutes'))
       or exists (select from reopening r
                   where r.customer_id = p.customer_id and r.cycle = p.cycle
                     and r.closed_by_run is null and r.from_at < p.ends_at
                     and (r.until_at is null or r.until_at > p.starts_at)))
   order by p.customer_id, p.starts_at, p.cycle, p.side)"};

constexpr store::Statement kIssuedAt{"issued periods at an instant", R"(
  select p.customer_id, p.cycle, p.side, p.starts_at, p.ends_at, p.starts_on, p.ends_on, p.time_zone,
         p.label, p.billed_cut, p.version_id, p.showback, true as followed,
         (select o.version_id from billing_period o
           where o.customer_id = p.customer_id and o.cycle = p.cycle and o.side <> p.side
             and o.starts_at = p.starts_at
             and (p.billed_cut is null or o.billed_by_run < p.billed_by_run)) as other_version
    from billing_period p
   where p.customer_id = any($1::bigint[]) and p.billed_cut is not null
     and p.starts_at < $2 and p.ends_at > $2
   order by p.customer_id, p.starts_at, p.cycle, p.side)"};

constexpr store::Statement kIssuedStarting{"issued periods by day", R"(
  select p.customer_id, p.cycle, p.side, p.starts_at, p.ends_at, p.starts_on, p.ends_on, p.time_zone,
         p.label, p.billed_cut, p.version_id, p.showback, true as followed,
         (select o.version_id from billing_period o
           where o.customer_id = p.customer_id and o.cycle = p.cycle and o.side <> p.side
             and o.starts_at = p.starts_at
             and (p.billed_cut is null or o.billed_by_run < p.billed_by_run)) as other_version
    from billing_period p
   where p.customer_id = any($1::bigint[]) and p.billed_cut is not null
     and p.starts_on >= $2 and ($3::date is null or p.starts_on <= $3::date)
   order by p.customer_id, p.starts_at, p.cycle, p.side)"};

constexpr store::Statement kBilled{"billed lines of a batch", R"(
  select w.position, l.key, max(l.subscription) as subscription, max(l.charge) as charge,
         (array_agg(l.description order by l.ordinal, l.line))[1] as description,
         (array_agg(l.starts_on order by l.ordinal, l.line))[1] as starts_on,
         (array_agg(l.ends_on order by l.ordinal, l.line))[1] as ends_on,
         max(l.unit) as unit, max(l.tax_category) as tax,
         (array_agg(l.tax_percent order by l.ordinal desc, l.line))[1] as tax_percent,
         sum(l.quantity) as quantity, sum(l.amount) as amount
    from unnest($1::int[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[])
           as w(position, customer_id, cycle, side, starts_at)
    join document_line l on l.customer_id = w.customer_id and l.period_starts_at = w.starts_at
                        and l.cycle = w.cycle and l.side = w.side and l.counts
   where not exists (select from document_void v
                      where v.customer_id = l.customer_id and v.ordinal = l.ordinal
                        and v.mode = 'rebill')
   group by w.position, l.key
   order by w.position, min(l.ordinal), min(l.line))"};

constexpr store::Statement kBalances{"balances of a batch", R"(
  select customer_id, currency, balance from customer_balance
   where customer_id = any($1::bigint[]))"};

constexpr store::Statement kUnclaimedPayments{"unclaimed payments of a batch", R"(
  select customer_id, payment, reference, received_on, currency, amount, note from payment
   where customer_id = any($1::bigint[]) and claimed_by is null
   order by customer_id, payment)"};

struct CustomerIndex {
  std::vector<std::int64_t> ids;
  std::unordered_map<std::int64_t, CustomerWork*> by_id;
};

constexpr store::Statement kModes{"billing modes of a batch", R"(
  select customer_id, starts_on, mode from billing_mode
   where customer_id = any($1::bigint[]) order by customer_id, starts_on)"};

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
    period.showback = row.boolean("showback");
  }
  if (const auto version = row.optional_int64("other_version")) {
    period.other_version = VersionId{*version};
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
  next.other_version.reset();
  next.zone = cycle.rule.zone;
  next.stored = false;
  return next;
}

FactReader::FactReader(store::Connection& connection, Knowledge knowledge)
    : connection_(connection), knowledge_(knowledge) {
  connection_.query(kLookUpByKey);
}

std::deque<CustomerWork> FactReader::customers(std::span<const std::int64_t> ids) {
  const steps::Step step("facts");
  std::deque<CustomerWork> customers;
  std::unordered_map<std::int64_t, CustomerWork*> by_id;
  for (const store::Row& row : connection_.query(kCustomers, {ids})) {
    CustomerWork& work = customers.emplace_back();
    work.customer = {.id = {row.int64("customer_id")},
                     .key = row.text("key"),
                     .name = row.text("name"),
                     .email = row.text("email"),
                     .zone = time::Zone::named(row.text("time_zone")),
                     .anchor_day = static_cast<int>(row.int64("anchor_day")),
                     .country = row.text("country"),
                     .tax_id = row.text("tax_id"),
                     .tax_exempt = row.boolean("tax_exempt"),
                     .legal_entity = row.text("legal_entity")};
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
  for (const store::Row& row : connection_.query(kModes, {ids})) {
    const auto found = by_id.find(row.int64("customer_id"));
    RK_CHECK(found != by_id.end());
    found->second->modes.push_back(
        {row.date("starts_on"), domain::parse_billing_mode(row.text("mode"))});
  }
  take_parents_addresses(ids, customers);
  return customers;
}

void FactReader::take_parents_addresses(std::span<const std::int64_t> ids,
                                        std::deque<CustomerWork>& customers) {
  const std::map<CustomerId, std::string> parents = addresses_of_mailed_parents(connection_, ids);
  for (CustomerWork& work : customers) {
    const auto parent = parents.find(work.customer.id);
    if (parent != parents.end()) work.customer.email = parent->second;
  }
}

std::vector<PeriodWork> FactReader::issued_periods(std::deque<CustomerWork>& customers,
                                                   std::string_view engine,
                                                   const store::Rows& rows) {
  const auto [ids, by_id] = index(customers);
  std::vector<PeriodWork> periods;
  for (const store::Row& row : rows) {
    CustomerWork& customer = *by_id.at(row.int64("customer_id"));
    const domain::Cycle& cycle = cycle_of(customer, row.int64("cycle"));
    if (cycle.engine == engine) periods.push_back(stored_period(row, customer, cycle));
  }
  return periods;
}

std::vector<PeriodWork> FactReader::issued_periods_at(std::deque<CustomerWork>& customers,
                                                      std::string_view engine, time::Instant at) {
  auto periods =
      issued_periods(customers, engine, connection_.query(kIssuedAt, {index(customers).ids, at}));
  for (PeriodWork& period : periods) period.as_of = at;
  return periods;
}

std::vector<PeriodWork> FactReader::issued_periods_starting(std::deque<CustomerWork>& customers,
                                                            std::string_view engine,
                                                            time::Date from,
                                                            std::optional<time::Date> to) {
  return issued_periods(customers, engine,
                        connection_.query(kIssuedStarting, {index(customers).ids, from, to}));
}

FactReader::DuePeriods FactReader::due_periods(std::deque<CustomerWork>& customers,
                                               const Due& due) {
  const steps::Step step("facts");
  const auto [ids, by_id] = index(customers);

  DuePeriods periods;
  const auto wanted = [&](const PeriodWork& period) {
    return due.label.empty() || due.label == period.bounds.label;
  };
  const auto reached = [&](const PeriodWork& period) {
    const time::Period& bounds = period.bounds.period;
    if (due.accrue) return bounds.starts_at < due.until;
    return (period.key.side == domain::Side::kAdvance ? bounds.starts_at : bounds.ends_at) <=
           due.until;
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

std::vector<std::vector<domain::BilledLine>> FactReader::billed(
    std::span<PeriodWork* const> periods) {
  const steps::Step step("facts");
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
                                 .amount = money::Money(row.decimal("amount"), currency),
                                 .tax = row.text("tax"),
                                 .tax_percent = row.optional_decimal("tax_percent")});
  }
  return results;
}

std::map<std::pair<CustomerId, std::string>, Balance> FactReader::balances(
    std::span<const std::int64_t> customers) {
  const steps::Step step("facts");
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
