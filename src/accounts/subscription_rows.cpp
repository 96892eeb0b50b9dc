#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "accounts/plan_facts.hpp"
#include "accounts/subscription_book.hpp"
#include "accounts/values.hpp"
#include "base/error.hpp"

// What the book of subscriptions reads, checks at the end, and writes.

namespace reckoner::accounts {

namespace {

constexpr store::Statement kRead{"accounts.read_subscriptions", R"(
  select customer_id, subscription, external_key, cycle, plan, currency, starts_at, ends_at,
         environment, trial_ends_at, ending
    from subscription where customer_id = any($1::bigint[])
   order by customer_id, subscription)"};

constexpr store::Statement kReadQuantities{"accounts.read_quantities", R"(
  select customer_id, subscription, name, starts_at, value
    from subscription_quantity where customer_id = any($1::bigint[])
   order by customer_id, subscription, starts_at, name)"};

constexpr store::Statement kReadPauses{"accounts.read_pauses", R"(
  select customer_id, subscription, starts_at, ends_at
    from subscription_pause where customer_id = any($1::bigint[])
   order by customer_id, subscription, starts_at)"};

constexpr store::Statement kReadPins{"accounts.read_pinned_periods", R"(
  select w.position, p.label, p.version_id
    from unnest($1::int[], $2::bigint[], $3::int[], $4::timestamptz[], $5::timestamptz[])
           as w(position, customer_id, cycle, from_at, until_at)
    join billing_period p on p.customer_id = w.customer_id and p.cycle = w.cycle
                         and p.version_id is not null and p.ends_at > w.from_at
                         and (w.until_at is null or p.starts_at < w.until_at)
   order by w.position, p.starts_at, p.version_id)"};

constexpr store::Statement kInsert{"accounts.insert_subscriptions", R"(
  insert into subscription (customer_id, subscription, external_key, cycle, plan, currency,
                            starts_at, ends_at, environment, trial_ends_at, ending, created_at)
  select *, $12 from unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::text[], $6::text[],
                            $7::timestamptz[], $8::timestamptz[], $9::text[], $10::timestamptz[],
                            $11::text[]))"};

constexpr store::Statement kSetEnds{"accounts.end_subscriptions", R"(
  update subscription s set ends_at = u.ends_at, ending = u.ending
    from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::text[])
           as u(customer_id, subscription, ends_at, ending)
   where s.customer_id = u.customer_id and s.subscription = u.subscription)"};

constexpr store::Statement kWriteQuantities{"accounts.write_quantities", R"(
  insert into subscription_quantity (customer_id, subscription, name, starts_at, value, created_at)
  select *, $6 from unnest($1::bigint[], $2::int[], $3::text[], $4::timestamptz[], $5::numeric[])
  on conflict (customer_id, subscription, name, starts_at) do update set value = excluded.value)"};

constexpr store::Statement kWritePauses{"accounts.write_pauses", R"(
  insert into subscription_pause (customer_id, subscription, starts_at, ends_at, created_at)
  select *, $5 from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[])
  on conflict (customer_id, subscription, starts_at) do update set ends_at = excluded.ends_at)"};

time::Period lifetime_of(const domain::Subscription& subscription) {
  return {subscription.starts_at, subscription.ends_at.value_or(time::Instant::max())};
}

}  // namespace

std::vector<SubscriptionRecord> read_subscriptions(store::Connection& connection,
                                                   const std::vector<CustomerId>& customers) {
  std::vector<SubscriptionRecord> records;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> positions;
  for (const store::Row& row : connection.query(kRead, {customers})) {
    positions.emplace(std::pair(row.int64("customer_id"), row.int64("subscription")),
                      records.size());
    records.push_back({.customer = {row.int64("customer_id")},
                       .key = row.text("external_key"),
                       .subscription = {.number = row.int64("subscription"),
                                        .cycle = row.int64("cycle"),
                                        .plan = row.text("plan"),
                                        .currency = money::Currency::of(row.text("currency")),
                                        .starts_at = row.instant("starts_at"),
                                        .ends_at = row.optional_instant("ends_at"),
                                        .ending = parse_ending(row.text("ending")),
                                        .trial_ends_at = row.optional_instant("trial_ends_at"),
                                        .environment = row.text("environment"),
                                        .quantities = {},
                                        .pauses = {}}});
  }
  const auto subscription_of = [&](const store::Row& row) -> domain::Subscription& {
    const std::pair key(row.int64("customer_id"), row.int64("subscription"));
    return records[positions.at(key)].subscription;
  };
  for (const store::Row& row : connection.query(kReadQuantities, {customers})) {
    subscription_of(row).quantities.push_back(
        {row.text("name"), row.decimal("value"), row.instant("starts_at")});
  }
  for (const store::Row& row : connection.query(kReadPauses, {customers})) {
    subscription_of(row).pauses.push_back(
        {row.instant("starts_at"), row.optional_instant("ends_at")});
  }
  return records;
}

SubscriptionBook::SubscriptionBook(ChangeScope& scope) : scope_(scope) {
  for (SubscriptionRecord& record : read_subscriptions(scope_.connection, scope_.customers.ids())) {
    const domain::Subscription& subscription = record.subscription;
    record.plan = find_plan(scope_.rules.active, subscription.plan, subscription.currency);
    last_numbers_[record.customer] = subscription.number;
    const Key key{record.customer, record.key};
    records_.emplace(key, std::move(record));
  }
}

std::vector<Refusal> SubscriptionBook::refusals() {
  std::vector<Refusal> refusals;
  refuse_overlaps(refusals);
  refuse_unknown_plans(refusals);
  return refusals;
}

void SubscriptionBook::refuse_overlaps(std::vector<Refusal>& refusals) const {
  for (auto first = records_.begin(); first != records_.end(); ++first) {
    const SubscriptionRecord& a = first->second;
    for (auto second = std::next(first);
         second != records_.end() && second->first.first == first->first.first; ++second) {
      const SubscriptionRecord& b = second->second;
      if (!a.is_touched && !b.is_touched) continue;
      if (a.plan == nullptr || b.plan == nullptr) continue;
      const time::Period both =
          time::intersection(lifetime_of(a.subscription), lifetime_of(b.subscription));
      if (both.empty()) continue;
      const std::optional<std::string> meter = common_meter(*a.plan, *b.plan);
      if (!meter) continue;
      const SubscriptionRecord& later = b.subscription.number > a.subscription.number ? b : a;
      const SubscriptionRecord& earlier = &later == &a ? b : a;
      refusals.push_back(
          {std::max(a.line, b.line),
           fmt::format(
               "subscriptions '{}' (plan '{}') and '{}' (plan '{}') would both measure "
               "'{}' from {}: usage is billed once",
               earlier.key, earlier.plan->name, later.key, later.plan->name, *meter,
               time::to_string(scope_.customers.of(a.customer).zone.date_of(both.starts_at)))});
    }
  }
}

void SubscriptionBook::refuse_unknown_plans(std::vector<Refusal>& refusals) const {
  const PlanInVersion& has_plan = scope_.rules.plan_in_version;
  if (!has_plan) return;
  std::vector<std::int64_t> positions;
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<time::Instant> from;
  std::vector<std::optional<time::Instant>> until;
  for (const Claim& claim : claims_) {
    if (claim.until && *claim.until <= claim.from) continue;
    positions.push_back(&claim - claims_.data());
    customers.push_back(claim.record->customer);
    cycles.push_back(claim.record->subscription.cycle);
    from.push_back(claim.from);
    until.push_back(claim.until);
  }
  std::map<std::tuple<std::int64_t, std::string, std::string>, bool> known;
  std::set<std::int64_t> refused;
  for (const store::Row& row :
       scope_.connection.query(kReadPins, {positions, customers, cycles, from, until})) {
    const std::int64_t position = row.int64("position");
    const SubscriptionRecord& record = *claims_[static_cast<std::size_t>(position)].record;
    const domain::Subscription& subscription = record.subscription;
    const VersionId version{row.int64("version_id")};
    const std::tuple plan(version.value, subscription.plan,
                          std::string(subscription.currency.code()));
    auto found = known.find(plan);
    if (found == known.end()) {
      const bool has = has_plan(version, subscription.plan, subscription.currency);
      found = known.emplace(plan, has).first;
    }
    if (found->second || !refused.insert(position).second) continue;
    refusals.push_back(
        {record.line,
         fmt::format("period {} was billed under version {}, which has no plan '{}': reprice first "
                     "(reckoner config apply --reprice)",
                     row.text("label"), version.value, subscription.plan)});
  }
}

void SubscriptionBook::write() {
  insert_subscriptions();
  write_ends();
  write_quantities();
  write_pauses();
}

void SubscriptionBook::insert_subscriptions() {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> keys;
  std::vector<std::int64_t> cycles;
  std::vector<std::string> plans;
  std::vector<std::string> currencies;
  std::vector<time::Instant> starts_at;
  std::vector<std::optional<time::Instant>> ends_at;
  std::vector<std::string> environments;
  std::vector<std::optional<time::Instant>> trials;
  std::vector<std::string> endings;
  for (const SubscriptionRecord* record : created_) {
    const domain::Subscription& subscription = record->subscription;
    customers.push_back(record->customer);
    numbers.push_back(subscription.number);
    keys.push_back(record->key);
    cycles.push_back(subscription.cycle);
    plans.push_back(subscription.plan);
    currencies.emplace_back(subscription.currency.code());
    starts_at.push_back(subscription.starts_at);
    ends_at.push_back(subscription.ends_at);
    environments.push_back(subscription.environment);
    trials.push_back(subscription.trial_ends_at);
    endings.emplace_back(to_string(subscription.ending));
  }
  scope_.connection.execute(
      kInsert, {customers, numbers, keys, cycles, plans, currencies, starts_at, ends_at,
                environments, trials, endings, scope_.rules.now});
}

void SubscriptionBook::write_ends() {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<std::optional<time::Instant>> ends;
  std::vector<std::string> endings;
  for (const auto& [key, record] : records_) {
    if (!record.is_ended) continue;
    customers.push_back(record.customer);
    numbers.push_back(record.subscription.number);
    ends.push_back(record.subscription.ends_at);
    endings.emplace_back(to_string(record.subscription.ending));
  }
  scope_.connection.execute(kSetEnds, {customers, numbers, ends, endings});
}

void SubscriptionBook::write_quantities() {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> names;
  std::vector<time::Instant> starts_at;
  std::vector<money::Decimal> values;
  for (const QuantityRow& row : quantities_) {
    customers.push_back(row.customer);
    numbers.push_back(row.subscription);
    names.push_back(row.quantity.name);
    starts_at.push_back(row.quantity.starts_at);
    values.push_back(row.quantity.value);
  }
  scope_.connection.execute(kWriteQuantities,
                            {customers, numbers, names, starts_at, values, scope_.rules.now});
}

void SubscriptionBook::write_pauses() {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<time::Instant> starts_at;
  std::vector<std::optional<time::Instant>> ends_at;
  for (const PauseRow& row : pauses_) {
    customers.push_back(row.customer);
    numbers.push_back(row.subscription);
    starts_at.push_back(row.pause.starts_at);
    ends_at.push_back(row.pause.ends_at);
  }
  scope_.connection.execute(kWritePauses,
                            {customers, numbers, starts_at, ends_at, scope_.rules.now});
}

}  // namespace reckoner::accounts
