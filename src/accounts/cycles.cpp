#include "accounts/cycles.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kRead{"accounts.read_cycles", R"(
  select c.customer_id, c.cycle, c.engine, c.currency, c.months, c.anchor_day, c.time_zone,
         p.first_starts_at, p.last_ends_at, p.last_is_billed
    from cycle c
    left join (select customer_id, cycle, min(starts_at) as first_starts_at,
                      max(ends_at) as last_ends_at,
                      (array_agg(billed_cut is not null order by starts_at desc))[1]
                        as last_is_billed
                 from billing_period
                where customer_id = any($1::bigint[]) and side = 'arrears'
                group by customer_id, cycle) p
           on p.customer_id = c.customer_id and p.cycle = c.cycle
   where c.customer_id = any($1::bigint[]))"};

constexpr store::Statement kInsertCycles{"accounts.insert_cycles", R"(
  insert into cycle (customer_id, cycle, engine, currency, months, anchor_day, time_zone)
  select * from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[],
                       $7::text[]))"};

constexpr store::Statement kInsertPeriods{"accounts.insert_periods", R"(
  insert into billing_period (customer_id, cycle, side, starts_at, ends_at, starts_on, ends_on,
                              time_zone, label)
  select customer_id, cycle, 'arrears', starts_at, ends_at, starts_on, ends_on, time_zone, label
    from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::date[],
                $6::date[], $7::text[], $8::text[])
           as p(customer_id, cycle, starts_at, ends_at, starts_on, ends_on, time_zone, label))"};

}  // namespace

Cycles Cycles::read(store::Connection& connection, const std::vector<CustomerId>& customers) {
  Cycles cycles;
  for (const store::Row& row : connection.query(kRead, {customers})) {
    Entry entry{.cycle = {.number = row.int64("cycle"),
                          .engine = row.text("engine"),
                          .currency = money::Currency::of(row.text("currency")),
                          .rule = {.anchor_day = static_cast<int>(row.int64("anchor_day")),
                                   .months = static_cast<int>(row.int64("months")),
                                   .zone = time::Zone::named(row.text("time_zone"))},
                          .subscribed_until = std::nullopt},
                .is_new = false,
                .periods = std::nullopt,
                .wanted = std::nullopt};
    if (!row.is_null("first_starts_at")) {
      entry.periods = {row.instant("first_starts_at"), row.instant("last_ends_at"),
                       row.boolean("last_is_billed")};
    }
    const Key key{{row.int64("customer_id")}, entry.cycle.number};
    cycles.entries_.emplace(key, std::move(entry));
  }
  return cycles;
}

std::int64_t Cycles::of(const domain::Customer& customer, std::string_view engine,
                        money::Currency currency) {
  std::int64_t last = 0;
  for (auto entry = entries_.lower_bound({customer.id, 0});
       entry != entries_.end() && entry->first.first == customer.id; ++entry) {
    const domain::Cycle& cycle = entry->second.cycle;
    if (cycle.engine == engine && cycle.currency == currency) return cycle.number;
    last = cycle.number;
  }
  const domain::Cycle cycle{
      .number = last + 1,
      .engine = std::string(engine),
      .currency = currency,
      .rule = {.anchor_day = customer.anchor_day, .months = 1, .zone = customer.zone},
      .subscribed_until = std::nullopt};
  entries_.emplace(Key{customer.id, cycle.number},
                   Entry{cycle, /*is_new=*/true, std::nullopt, std::nullopt});
  return cycle.number;
}

std::vector<std::int64_t> Cycles::all_of(CustomerId customer) const {
  std::vector<std::int64_t> numbers;
  for (auto entry = entries_.lower_bound({customer, 0});
       entry != entries_.end() && entry->first.first == customer; ++entry) {
    numbers.push_back(entry->first.second);
  }
  return numbers;
}

void Cycles::cover(CustomerId customer, std::int64_t cycle, time::Instant from,
                   std::optional<time::Instant> until) {
  const time::Period stretch{from, until.value_or(time::Instant::max())};
  if (stretch.empty()) return;
  std::optional<time::Period>& wanted = entries_.at({customer, cycle}).wanted;
  if (!wanted) {
    wanted = stretch;
  } else {
    wanted->starts_at = std::min(wanted->starts_at, stretch.starts_at);
    wanted->ends_at = std::max(wanted->ends_at, stretch.ends_at);
  }
}

void Cycles::write(store::Connection& connection) const {
  insert_cycles(connection);
  insert_periods(connection);
}

void Cycles::insert_cycles(store::Connection& connection) const {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> engines;
  std::vector<std::string> currencies;
  std::vector<int> months;
  std::vector<int> anchor_days;
  std::vector<std::string> zones;
  for (const auto& [key, entry] : entries_) {
    if (!entry.is_new) continue;
    customers.push_back(key.first);
    numbers.push_back(entry.cycle.number);
    engines.push_back(entry.cycle.engine);
    currencies.emplace_back(entry.cycle.currency.code());
    months.push_back(entry.cycle.rule.months);
    anchor_days.push_back(entry.cycle.rule.anchor_day);
    zones.emplace_back(entry.cycle.rule.zone.name());
  }
  connection.execute(kInsertCycles,
                     {customers, numbers, engines, currencies, months, anchor_days, zones});
}

void Cycles::insert_periods(store::Connection& connection) const {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<time::Instant> starts_at;
  std::vector<time::Instant> ends_at;
  std::vector<time::Date> starts_on;
  std::vector<time::Date> ends_on;
  std::vector<std::string> zones;
  std::vector<std::string> labels;
  for (const auto& [key, entry] : entries_) {
    if (!entry.wanted) continue;
    for (time::CyclePeriod& period :
         missing_periods(entry.cycle.rule, entry.periods, *entry.wanted)) {
      customers.push_back(key.first);
      cycles.push_back(key.second);
      starts_at.push_back(period.period.starts_at);
      ends_at.push_back(period.period.ends_at);
      starts_on.push_back(period.starts_on);
      ends_on.push_back(period.ends_on);
      zones.emplace_back(entry.cycle.rule.zone.name());
      labels.push_back(std::move(period.label));
    }
  }
  connection.execute(kInsertPeriods,
                     {customers, cycles, starts_at, ends_at, starts_on, ends_on, zones, labels});
}

}  // namespace reckoner::accounts
