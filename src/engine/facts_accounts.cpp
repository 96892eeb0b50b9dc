#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/steps.hpp"
#include "engine/credit_rows.hpp"
#include "engine/facts.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kSubscriptions{"subscriptions of a batch", R"(
  select customer_id, subscription, cycle, plan, currency, starts_at, ends_at, ending,
         trial_ends_at, environment
    from subscription where customer_id = any($1::bigint[]) order by customer_id, subscription)"};

constexpr store::Statement kQuantities{"quantities of a batch", R"(
  select customer_id, subscription, name, starts_at, value
    from subscription_quantity where customer_id = any($1::bigint[])
   order by customer_id, subscription, starts_at, name)"};

constexpr store::Statement kPauses{"pauses of a batch", R"(
  select customer_id, subscription, starts_at, ends_at
    from subscription_pause where customer_id = any($1::bigint[])
   order by customer_id, subscription, starts_at)"};

constexpr store::Statement kAgreed{"agreed figures of a batch", R"(
  select customer_id, plan, charge, figure, value, starts_on, ends_on
    from agreed_figure where customer_id = any($1::bigint[])
   order by customer_id, agreed_figure)"};

constexpr store::Statement kDiscounts{"discounts of a batch", R"(
  select customer_id, discount, percentage, starts_at, ends_at,
         array_to_string(charges, chr(10)) as charges
    from discount where customer_id = any($1::bigint[]) order by customer_id, discount)"};

constexpr store::Statement kManualCharges{"manual charges of a batch", R"(
  select customer_id, manual_charge, cycle, charged_on, title, quantity, unit, price, tax
    from manual_charge where customer_id = any($1::bigint[])
   order by customer_id, manual_charge)"};

constexpr store::Statement kCredits{"credits of a batch", R"(
  select c.customer_id, c.credit, c.external_key, c.title, c.kind, c.currency, c.percent,
         c.documents, c.priority, c.starts_on, c.expires_on,
         array_to_string(c.charges, chr(10)) as charges, m.amount_left, m.drawn_on
    from credit c
    cross join lateral (
      select coalesce(sum(amount), 0) as amount_left,
             (select count(*) from
               (select from credit_movement d
                 where d.customer_id = c.customer_id and d.credit = c.credit
                   and d.kind in ('draw', 'reverse')
                 group by coalesce(d.reverses, d.ordinal) having sum(d.amount) < 0) h) as drawn_on
        from credit_movement m
       where m.customer_id = c.customer_id and m.credit = c.credit) m
   where c.customer_id = any($1::bigint[]) order by c.customer_id, c.credit)"};

// What each document drew, less what was given back of it.
constexpr store::Statement kDraws{"credits drawn by documents of a batch", R"(
  select customer_id, credit, coalesce(reverses, ordinal) as ordinal, -sum(amount) as held
    from credit_movement
   where customer_id = any($1::bigint[]) and kind in ('draw', 'reverse')
   group by customer_id, credit, coalesce(reverses, ordinal) having sum(amount) < 0
   order by customer_id, coalesce(reverses, ordinal), min(movement), credit)"};

constexpr store::Statement kBilledBy{"lines of documents that drew credits", R"(
  select l.customer_id, l.period_starts_at, l.cycle, l.side, l.key, max(l.ordinal) as ordinal
    from unnest($1::bigint[], $2::bigint[]) as d(customer_id, ordinal)
    join document_line l on l.customer_id = d.customer_id and l.ordinal = d.ordinal
   group by l.customer_id, l.period_starts_at, l.cycle, l.side, l.key)"};

constexpr store::Statement kFirstIssued{"first issue of periods", R"(
  select p.position, min(d.issued_on) as issued_on
    from unnest($1::int[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[])
           as p(position, customer_id, cycle, side, starts_at)
    join document_line l on l.customer_id = p.customer_id and l.period_starts_at = p.starts_at
                        and l.cycle = p.cycle and l.side = p.side
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   group by p.position)"};

// With $2, to look ahead: of a month without figures those of the last month that has some.
constexpr store::Statement kPopulationFacts{"population facts", R"(
  select f.engine, w.month, f.name, f.value
    from unnest($1::text[]) as w(month)
    join population_fact f
      on f.month = w.month
      or $2 and f.month = (select max(e.month) from population_fact e
                            where e.engine = f.engine and e.name = f.name and e.month < w.month)
            and not exists (select from population_fact x
                             where x.engine = f.engine and x.name = f.name
                               and x.month = w.month))"};

constexpr store::Statement kPoolShares{"cost pool shares of a batch", R"(
  select customer_id, pool, month, cycle, falls_on, currency, amount, description, tax, facts
    from pool_share
   where customer_id = any($1::bigint[]) and falls_on between $2 and $3
   order by customer_id, pool, month)"};

std::vector<std::int64_t> ids_of(std::span<CustomerWork* const> customers) {
  std::vector<std::int64_t> ids;
  ids.reserve(customers.size());
  for (const CustomerWork* work : customers) ids.push_back(work->customer.id.value);
  return ids;
}

/// The names of an array that array_to_string joined by line ends.
using CustomersById = std::unordered_map<std::int64_t, CustomerWork*>;

domain::Subscription& subscription_of(const CustomersById& by_id, const store::Row& row) {
  CustomerWork& customer = *by_id.at(row.int64("customer_id"));
  const std::int64_t number = row.int64("subscription");
  for (domain::Subscription& subscription : customer.subscriptions) {
    if (subscription.number == number) return subscription;
  }
  throw Bug("a quantity or pause without its subscription");
}

domain::Credit credit_of(const store::Row& row) {
  domain::Credit credit = granted_credit(row);
  if (!credit.percent) credit.amount_left = row.decimal("amount_left");
  if (credit.documents_left) *credit.documents_left -= row.int64("drawn_on");
  return credit;
}

}  // namespace

void FactReader::subscriptions(std::span<CustomerWork* const> customers) {
  const steps::Step step("facts");
  CustomersById by_id;
  for (CustomerWork* work : customers) {
    work->subscriptions.clear();
    work->agreed.clear();
    by_id.emplace(work->customer.id.value, work);
  }
  const std::vector<std::int64_t> ids = ids_of(customers);
  for (const store::Row& row : connection_.query(kSubscriptions, {ids})) {
    by_id.at(row.int64("customer_id"))
        ->subscriptions.push_back({.number = row.int64("subscription"),
                                   .cycle = row.int64("cycle"),
                                   .plan = row.text("plan"),
                                   .currency = money::Currency::of(row.text("currency")),
                                   .starts_at = row.instant("starts_at"),
                                   .ends_at = row.optional_instant("ends_at"),
                                   .ending = row.text("ending") == "changed"
                                                 ? domain::Ending::kChanged
                                                 : domain::Ending::kCancelled,
                                   .trial_ends_at = row.optional_instant("trial_ends_at"),
                                   .environment = row.text("environment"),
                                   .quantities = {},
                                   .pauses = {}});
  }
  for (const store::Row& row : connection_.query(kQuantities, {ids})) {
    subscription_of(by_id, row)
        .quantities.push_back({row.text("name"), row.decimal("value"), row.instant("starts_at")});
  }
  for (const store::Row& row : connection_.query(kPauses, {ids})) {
    subscription_of(by_id, row)
        .pauses.push_back({row.instant("starts_at"), row.optional_instant("ends_at")});
  }
  for (const store::Row& row : connection_.query(kAgreed, {ids})) {
    by_id.at(row.int64("customer_id"))
        ->agreed.push_back({.plan = row.text("plan"),
                            .charge = row.text("charge"),
                            .figure = row.text("figure"),
                            .value = row.optional_decimal("value"),
                            .starts_on = row.date("starts_on"),
                            .ends_on = row.optional_date("ends_on")});
  }
}

std::map<CustomerId, std::vector<domain::Discount>> FactReader::discounts(
    std::span<CustomerWork* const> customers) {
  std::map<CustomerId, std::vector<domain::Discount>> discounts;
  for (const store::Row& row : connection_.query(kDiscounts, {ids_of(customers)})) {
    discounts[{row.int64("customer_id")}].push_back({.number = row.int64("discount"),
                                                     .percentage = row.decimal("percentage"),
                                                     .starts_at = row.instant("starts_at"),
                                                     .ends_at = row.optional_instant("ends_at"),
                                                     .charges = charges_of(row)});
  }
  return discounts;
}

std::map<CustomerId, std::vector<domain::ManualCharge>> FactReader::manual_charges(
    std::span<CustomerWork* const> customers) {
  std::map<CustomerId, std::vector<domain::ManualCharge>> charges;
  for (const store::Row& row : connection_.query(kManualCharges, {ids_of(customers)})) {
    charges[{row.int64("customer_id")}].push_back({.number = row.int64("manual_charge"),
                                                   .cycle = row.int64("cycle"),
                                                   .on = row.date("charged_on"),
                                                   .title = row.text("title"),
                                                   .quantity = row.decimal("quantity"),
                                                   .unit = row.text("unit"),
                                                   .price = row.decimal("price"),
                                                   .tax = row.text("tax")});
  }
  return charges;
}

std::map<CustomerId, FactSource::CreditFacts> FactReader::credits(
    std::span<const std::int64_t> customers) {
  std::map<CustomerId, CreditFacts> facts;
  for (const store::Row& row : connection_.query(kCredits, {customers})) {
    facts[{row.int64("customer_id")}].credits.push_back(credit_of(row));
  }
  if (facts.empty()) return facts;
  std::vector<CustomerId> drawing;
  std::vector<std::int64_t> ordinals;
  for (const store::Row& row : connection_.query(kDraws, {customers})) {
    const CustomerId customer{row.int64("customer_id")};
    facts[customer].draws.push_back(
        {row.int64("credit"), row.int64("ordinal"), row.decimal("held")});
    drawing.push_back(customer);
    ordinals.push_back(row.int64("ordinal"));
  }
  if (drawing.empty()) return facts;
  for (const store::Row& row : connection_.query(kBilledBy, {drawing, ordinals})) {
    const domain::PeriodKey period{row.instant("period_starts_at"), row.int64("cycle"),
                                   domain::parse_side(row.text("side"))};
    facts[{row.int64("customer_id")}].billed_by[{period, row.text("key")}] = row.int64("ordinal");
  }
  return facts;
}

std::map<FactSource::PeriodOfCustomer, time::Date> FactReader::first_issued_on(
    std::span<const PeriodOfCustomer> periods) {
  std::map<PeriodOfCustomer, time::Date> found;
  if (periods.empty()) return found;
  std::vector<std::int64_t> positions;
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<std::string_view> sides;
  std::vector<time::Instant> starts;
  for (const auto& [customer, period] : periods) {
    positions.push_back(static_cast<std::int64_t>(positions.size()));
    customers.push_back(customer);
    cycles.push_back(period.cycle);
    sides.push_back(domain::to_string(period.side));
    starts.push_back(period.starts_at);
  }
  for (const store::Row& row :
       connection_.query(kFirstIssued, {positions, customers, cycles, sides, starts})) {
    found.emplace(periods[static_cast<std::size_t>(row.int64("position"))], row.date("issued_on"));
  }
  return found;
}

FactSource::PopulationByMonth FactReader::population_facts(const std::vector<std::string>& months) {
  PopulationByMonth facts;
  for (const store::Row& row :
       connection_.query(kPopulationFacts, {months, knowledge_.tail || knowledge_.ahead})) {
    facts[{row.text("engine"), row.text("month")}].emplace(row.text("name"), row.decimal("value"));
  }
  for (const auto& [engine_and_month, figures] : assumed_) {
    if (std::find(months.begin(), months.end(), engine_and_month.second) == months.end()) continue;
    for (const auto& [name, value] : figures) facts[engine_and_month][name] = value;
  }
  return facts;
}

PoolShares FactReader::pool_shares(std::span<CustomerWork* const> customers, time::Date from,
                                   time::Date to) {
  PoolShares shares;
  for (const store::Row& row : connection_.query(kPoolShares, {ids_of(customers), from, to})) {
    shares[{row.int64("customer_id")}].push_back(read_pool_share(row));
  }
  if (assumed_shares_.empty()) return shares;
  for (const CustomerWork* customer : customers) {
    const auto assumed = assumed_shares_.find(customer->customer.id);
    if (assumed == assumed_shares_.end()) continue;
    std::vector<PoolShare>& of = shares[assumed->first];
    for (const PoolShare& share : assumed->second) {
      std::erase_if(of, [&](const PoolShare& other) {
        return other.pool == share.pool && other.month == share.month;
      });
      if (from <= share.falls_on && share.falls_on <= to) of.push_back(share);
    }
    std::ranges::sort(of, {},
                      [](const PoolShare& share) { return std::tie(share.pool, share.month); });
  }
  return shares;
}

PoolShare read_pool_share(const store::Row& row) {
  return {.pool = row.text("pool"),
          .month = row.text("month"),
          .cycle = row.int64("cycle"),
          .falls_on = row.date("falls_on"),
          .amount = {row.decimal("amount"), money::Currency::of(row.text("currency"))},
          .description = row.text("description"),
          .tax = row.text("tax"),
          .facts = row.text("facts")};
}

}  // namespace reckoner::engine
