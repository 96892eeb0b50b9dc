#include "accounts/cycles.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "domain/side.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kRead{"accounts.read_cycles", R"(
  select c.customer_id, c.cycle, c.engine, c.currency, c.months, c.anchor_day, c.time_zone,
         max(s.ends_at) as last_end,
         bool_or(s.subscription is not null and s.ends_at is null) as goes_on
    from cycle c left join subscription s on s.customer_id = c.customer_id and s.cycle = c.cycle
   where c.customer_id = any($1::bigint[])
   group by c.customer_id, c.cycle)"};

constexpr store::Statement kReadStored{"accounts.read_stored_periods", R"(
  select customer_id, cycle, side, min(starts_at) as first_starts_at,
         max(ends_at) as last_ends_at,
         (array_agg(billed_cut is not null order by starts_at desc))[1] as last_is_billed
    from billing_period where customer_id = any($1::bigint[])
   group by customer_id, cycle, side)"};

constexpr store::Statement kInsertCycles{"accounts.insert_cycles", R"(
  insert into cycle (customer_id, cycle, engine, currency, months, anchor_day, time_zone)
  select * from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[],
                       $7::text[]))"};

constexpr store::Statement kReadEnd{"accounts.read_end_of_period", R"(
  select ends_at from billing_period
   where customer_id = $1 and cycle = $2 and side = 'arrears' and starts_at <= $3
     and ends_at > $3)"};

// What ends behind `from_at`, or is the last.
constexpr store::Statement kReadArrears{"accounts.read_arrears_sides", R"(
  select p.customer_id, p.cycle, p.starts_at, p.ends_at, p.starts_on, p.ends_on, p.time_zone,
         p.label
    from unnest($1::bigint[], $2::int[], $3::timestamptz[]) as w(customer_id, cycle, from_at)
    join billing_period p on p.customer_id = w.customer_id and p.cycle = w.cycle
                         and p.side = 'arrears'
   where p.ends_at > w.from_at
      or not exists (select from billing_period n
                      where n.customer_id = p.customer_id and n.cycle = p.cycle
                        and n.side = 'arrears' and n.starts_at >= p.ends_at)
   order by p.customer_id, p.cycle, p.starts_at)"};

constexpr store::Statement kInsertPeriods{"accounts.insert_periods", R"(
  insert into billing_period (customer_id, cycle, side, starts_at, ends_at, starts_on, ends_on,
                              time_zone, label)
  select customer_id, cycle, $9, starts_at, ends_at, starts_on, ends_on, time_zone, label
    from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::date[],
                $6::date[], $7::text[], $8::text[])
           as p(customer_id, cycle, starts_at, ends_at, starts_on, ends_on, time_zone, label))"};

/// Rows of one side of billing periods, by column.
class PeriodColumns {
 public:
  void add(const std::pair<CustomerId, std::int64_t>& cycle, const time::CyclePeriod& period,
           const time::Zone& zone) {
    customers_.push_back(cycle.first);
    cycles_.push_back(cycle.second);
    starts_at_.push_back(period.period.starts_at);
    ends_at_.push_back(period.period.ends_at);
    starts_on_.push_back(period.starts_on);
    ends_on_.push_back(period.ends_on);
    zones_.emplace_back(zone.name());
    labels_.push_back(period.label);
  }

  void insert(store::Connection& connection, domain::Side side) const {
    connection.execute(kInsertPeriods, {customers_, cycles_, starts_at_, ends_at_, starts_on_,
                                        ends_on_, zones_, labels_, domain::to_string(side)});
  }

 private:
  std::vector<CustomerId> customers_;
  std::vector<std::int64_t> cycles_;
  std::vector<time::Instant> starts_at_;
  std::vector<time::Instant> ends_at_;
  std::vector<time::Date> starts_on_;
  std::vector<time::Date> ends_on_;
  std::vector<std::string> zones_;
  std::vector<std::string> labels_;
};

void widen(std::optional<time::Period>& wanted, const time::Period& stretch) {
  if (!wanted) {
    wanted = stretch;
  } else {
    wanted->starts_at = std::min(wanted->starts_at, stretch.starts_at);
    wanted->ends_at = std::max(wanted->ends_at, stretch.ends_at);
  }
}

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
                          .subscribed_until = std::nullopt}};
    if (!row.boolean("goes_on")) {
      entry.cycle.subscribed_until =
          row.optional_instant("last_end").value_or(time::Instant::min());
    }
    const Key key{{row.int64("customer_id")}, entry.cycle.number};
    cycles.entries_.emplace(key, std::move(entry));
  }
  for (const store::Row& row : connection.query(kReadStored, {customers})) {
    Entry& entry = cycles.entries_.at({{row.int64("customer_id")}, row.int64("cycle")});
    const StoredPeriods stored{row.instant("first_starts_at"), row.instant("last_ends_at"),
                               row.boolean("last_is_billed")};
    const bool advance = domain::parse_side(row.text("side")) == domain::Side::kAdvance;
    (advance ? entry.advance : entry.arrears) = stored;
  }
  return cycles;
}

std::int64_t Cycles::of(const domain::Customer& customer, std::string_view engine,
                        money::Currency currency) {
  std::int64_t last = 0;
  for (const domain::Cycle* cycle : all_of(customer.id)) {
    if (cycle->engine == engine && cycle->currency == currency) return cycle->number;
    last = cycle->number;
  }
  const domain::Cycle cycle{
      .number = last + 1,
      .engine = std::string(engine),
      .currency = currency,
      .rule = {.anchor_day = customer.anchor_day, .months = 1, .zone = customer.zone},
      .subscribed_until = std::nullopt};
  entries_.emplace(Key{customer.id, cycle.number}, Entry{.cycle = cycle, .is_new = true});
  return cycle.number;
}

std::vector<const domain::Cycle*> Cycles::all_of(CustomerId customer) const {
  std::vector<const domain::Cycle*> cycles;
  for (auto entry = entries_.lower_bound({customer, 0});
       entry != entries_.end() && entry->first.first == customer; ++entry) {
    cycles.push_back(&entry->second.cycle);
  }
  return cycles;
}

std::vector<money::Currency> Cycles::currencies_of(CustomerId customer) const {
  std::vector<money::Currency> currencies;
  for (const domain::Cycle* cycle : all_of(customer)) {
    if (std::find(currencies.begin(), currencies.end(), cycle->currency) == currencies.end()) {
      currencies.push_back(cycle->currency);
    }
  }
  return currencies;
}

void Cycles::cover(CustomerId customer, std::int64_t cycle, time::Instant from,
                   std::optional<time::Instant> until, bool advance) {
  const time::Period stretch{from, until.value_or(time::Instant::max())};
  if (stretch.empty()) return;
  Entry& entry = entries_.at({customer, cycle});
  widen(entry.wanted, stretch);
  if (advance) widen(entry.wanted_advance, stretch);
}

void Cycles::reach(CustomerId customer, std::int64_t cycle, time::Instant instant) {
  Entry& entry = entries_.at({customer, cycle});
  if (!entry.arrears || instant < entry.arrears->last_ends_at) {
    cover(customer, cycle, instant, instant + std::chrono::microseconds(1));
  } else if (entry.cycle.subscribed_until && *entry.cycle.subscribed_until <= instant) {
    entry.reaches = std::max(entry.reaches.value_or(instant), instant);
  }
}

time::Instant Cycles::end_of_period(store::Connection& connection, CustomerId customer,
                                    std::int64_t cycle, time::Instant instant) const {
  const auto stored = connection.query(kReadEnd, {customer, cycle, instant}).at_most_one();
  if (stored) return stored->instant("ends_at");
  const Entry& entry = entries_.at({customer, cycle});
  const time::CycleRule& rule = entry.cycle.rule;
  if (!entry.arrears || instant < entry.arrears->first_starts_at) {
    return time::period_containing(rule, instant).period.ends_at;
  }
  return periods_up_to(rule, *entry.arrears, instant).back().period.ends_at;
}

void Cycles::write(store::Connection& connection) const {
  insert_cycles(connection);
  insert_arrears(connection);
  insert_advance(connection);
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

void Cycles::insert_arrears(store::Connection& connection) const {
  PeriodColumns columns;
  for (const auto& [key, entry] : entries_) {
    const time::CycleRule& rule = entry.cycle.rule;
    if (entry.wanted) {
      for (const auto& period : missing_periods(rule, entry.arrears, *entry.wanted)) {
        columns.add(key, period, rule.zone);
      }
    }
    if (entry.reaches) {
      for (const auto& period : periods_up_to(rule, entry.arrears.value(), *entry.reaches)) {
        columns.add(key, period, rule.zone);
      }
    }
  }
  columns.insert(connection, domain::Side::kArrears);
}

void Cycles::insert_advance(store::Connection& connection) const {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<time::Instant> from;
  for (const auto& [key, entry] : entries_) {
    if (!entry.wanted_advance) continue;
    customers.push_back(key.first);
    cycles.push_back(key.second);
    from.push_back(entry.wanted_advance->starts_at);
  }
  if (customers.empty()) return;
  std::map<Key, std::vector<ZonedPeriod>> arrears;
  for (const store::Row& row : connection.query(kReadArrears, {customers, cycles, from})) {
    arrears[{{row.int64("customer_id")}, row.int64("cycle")}].push_back(
        {.bounds = {.period = {row.instant("starts_at"), row.instant("ends_at")},
                    .starts_on = row.date("starts_on"),
                    .ends_on = row.date("ends_on"),
                    .label = row.text("label")},
         .zone = time::Zone::named(row.text("time_zone"))});
  }
  PeriodColumns columns;
  for (const auto& [key, mirrored] : arrears) {
    const Entry& entry = entries_.at(key);
    for (const ZonedPeriod& side : missing_advance_periods(
             entry.cycle.rule, mirrored, entry.advance, entry.wanted_advance.value())) {
      columns.add(key, side.bounds, side.zone);
    }
  }
  columns.insert(connection, domain::Side::kAdvance);
}

}  // namespace reckoner::accounts
