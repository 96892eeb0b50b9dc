#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "accounts/cycles.hpp"
#include "accounts/import_kinds.hpp"
#include "accounts/known_customers.hpp"
#include "accounts/reopenings.hpp"
#include "base/suggest.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t { kKey, kCustomer, kPlan, kStartsOn, kEndsOn, kCurrency };
constexpr std::array kColumns = {Column{"key", true},      Column{"customer", true},
                                 Column{"plan", true},     Column{"starts-on", true},
                                 Column{"ends-on", false}, Column{"currency", false}};

constexpr store::Statement kRead{"accounts.read_subscriptions", R"(
  select customer_id, subscription, external_key, cycle, plan, currency, starts_at, ends_at
    from subscription where customer_id = any($1::bigint[]))"};

constexpr store::Statement kInsert{"accounts.insert_subscriptions", R"(
  insert into subscription (customer_id, subscription, external_key, cycle, plan, currency,
                            starts_at, ends_at, created_at)
  select *, $9 from unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::text[], $6::text[],
                           $7::timestamptz[], $8::timestamptz[]))"};

constexpr store::Statement kSetEnds{"accounts.end_subscriptions", R"(
  update subscription s set ends_at = u.ends_at
    from unnest($1::bigint[], $2::int[], $3::timestamptz[]) as u(customer_id, subscription, ends_at)
   where s.customer_id = u.customer_id and s.subscription = u.subscription)"};

struct SubscriptionRow {
  std::size_t line = 0;
  std::string key;
  std::string customer;
  std::string plan;
  std::optional<money::Currency> currency;
  std::optional<time::Date> starts_on;
  std::optional<time::Date> ends_on;
};

std::vector<SubscriptionRow> parse_rows(const Import& import) {
  std::vector<SubscriptionRow> rows;
  KeysInFile keys;
  for (const TableRow& table_row : import.rows) {
    RowValues values(table_row, kColumns, import.problems);
    SubscriptionRow row;
    row.line = table_row.line;
    values.read(kKey, row.key, parse_key);
    values.read(kCustomer, row.customer, parse_key);
    values.read(kPlan, row.plan, parse_text);
    values.read(kStartsOn, row.starts_on, parse_day);
    values.read(kEndsOn, row.ends_on, parse_day);
    values.read(kCurrency, row.currency, money::Currency::of);
    values.check([&] {
      if (row.starts_on && row.ends_on && *row.ends_on < *row.starts_on) {
        throw Error(fmt::format("ends-on {} lies before starts-on {}",
                                time::to_string(*row.ends_on), time::to_string(*row.starts_on)));
      }
    });
    values.check([&] {
      if (row.key.empty() || row.customer.empty()) return;
      keys.add(natural_key(row.customer, row.key),
               fmt::format("subscription '{}' of customer '{}'", row.key, row.customer), row.line);
    });
    if (values.good()) rows.push_back(std::move(row));
  }
  return rows;
}

const domain::Plan& plan_of(const config::Configuration& active, const std::string& name) {
  std::vector<std::string> names;
  for (const domain::Plan& plan : active.plans) {
    if (plan.name == name) return plan;
    names.push_back(plan.name);
  }
  throw Error(fmt::format("unknown plan '{}'{}", name, suggestion(name, names)));
}

class SubscriptionImport {
 public:
  explicit SubscriptionImport(const Import& import)
      : import_(import),
        rows_(parse_rows(import)),
        customers_(lock_customers()),
        cycles_(Cycles::read(import.connection, customers_.ids())) {}

  ImportResult run() {
    read_subscriptions();
    for (const SubscriptionRow& row : rows_) {
      try {
        take(row);
      } catch (const Error& error) {
        import_.problems.add(row.line, error.what());
      }
    }
    import_.problems.throw_if_any();
    write();
    return result_;
  }

 private:
  KnownCustomers lock_customers() const {
    std::vector<std::string> keys;
    for (const SubscriptionRow& row : rows_) keys.push_back(row.customer);
    return KnownCustomers::lock(import_.connection, keys);
  }

  void read_subscriptions() {
    for (const store::Row& row : import_.connection.query(kRead, {customers_.ids()})) {
      const CustomerId customer{row.int64("customer_id")};
      domain::Subscription subscription{.number = row.int64("subscription"),
                                        .cycle = row.int64("cycle"),
                                        .plan = row.text("plan"),
                                        .currency = money::Currency::of(row.text("currency")),
                                        .starts_at = row.instant("starts_at"),
                                        .ends_at = row.optional_instant("ends_at")};
      std::int64_t& last = last_numbers_[customer];
      last = std::max(last, subscription.number);
      stored_.emplace(std::pair(customer, row.text("external_key")), std::move(subscription));
    }
  }

  void take(const SubscriptionRow& row) {
    const domain::Customer& customer = customers_.get(row.customer);
    const auto stored = stored_.find({customer.id, row.key});
    if (stored == stored_.end()) {
      add(row, customer);
    } else {
      compare(row, customer, stored->second);
    }
  }

  void add(const SubscriptionRow& row, const domain::Customer& customer) {
    const domain::Plan& plan = plan_of(import_.active, row.plan);
    if (row.currency && *row.currency != plan.currency) {
      throw Error(fmt::format("plan '{}' is priced in {}, not in {}", plan.name,
                              plan.currency.code(), row.currency->code()));
    }
    domain::Subscription added{.number = ++last_numbers_[customer.id],
                               .cycle = cycles_.of(customer, plan.billed_by, plan.currency),
                               .plan = plan.name,
                               .currency = plan.currency,
                               .starts_at = customer.zone.start_of(*row.starts_on),
                               .ends_at = std::nullopt};
    if (row.ends_on) added.ends_at = customer.zone.start_of(*row.ends_on);
    cycles_.cover(customer.id, added.cycle, added.starts_at, added.ends_at);
    reopenings_.push_back({.customer = customer.id,
                           .cycle = added.cycle,
                           .from_at = added.starts_at,
                           .until_at = added.ends_at,
                           .cause = fmt::format("subscription '{}' added from {}", row.key,
                                                time::to_string(*row.starts_on)),
                           .at_once = false});
    created_.push_back({customer.id, row.key, std::move(added)});
    ++result_.created;
  }

  void compare(const SubscriptionRow& row, const domain::Customer& customer,
               const domain::Subscription& stored) {
    const auto refuse = [&](std::string_view what) {
      throw Error(fmt::format(
          "subscription '{}' of customer '{}' is stored with {}: only its end changes; end it and "
          "start another",
          row.key, row.customer, what));
    };
    if (row.plan != stored.plan) refuse(fmt::format("plan '{}'", stored.plan));
    if (row.currency && *row.currency != stored.currency) {
      refuse(fmt::format("currency {}", stored.currency.code()));
    }
    if (!customers_.begins(stored.starts_at, customer, *row.starts_on)) {
      refuse(fmt::format("starts-on {}", time::to_string(customer.zone.date_of(stored.starts_at))));
    }
    if (row.ends_on.has_value() == stored.ends_at.has_value() &&
        (!row.ends_on || customers_.begins(*stored.ends_at, customer, *row.ends_on))) {
      ++result_.unchanged;
      return;
    }
    if (!row.ends_on) {
      throw Error(fmt::format(
          "subscription '{}' of customer '{}' ends on {}: an end may change, but not go away",
          row.key, row.customer, time::to_string(customer.zone.date_of(*stored.ends_at))));
    }
    end(row, customer, stored);
  }

  void end(const SubscriptionRow& row, const domain::Customer& customer,
           const domain::Subscription& stored) {
    // Where the day began earlier in the zone of that time, the subscription is empty, not less.
    const time::Instant ends_at = std::max(stored.starts_at, customer.zone.start_of(*row.ends_on));
    const bool earlier = !stored.ends_at || ends_at < *stored.ends_at;
    cycles_.cover(customer.id, stored.cycle, stored.starts_at, ends_at);
    reopenings_.push_back({.customer = customer.id,
                           .cycle = stored.cycle,
                           .from_at = earlier ? ends_at : *stored.ends_at,
                           .until_at = earlier ? stored.ends_at : ends_at,
                           .cause = fmt::format("subscription '{}' ends on {}", row.key,
                                                time::to_string(*row.ends_on)),
                           .at_once = earlier});
    ended_customers_.push_back(customer.id);
    ended_numbers_.push_back(stored.number);
    new_ends_.push_back(ends_at);
    ++result_.changed;
  }

  void write() {
    cycles_.write(import_.connection);
    insert_subscriptions();
    import_.connection.execute(kSetEnds, {ended_customers_, ended_numbers_, new_ends_});
    write_reopenings(import_.connection, reopenings_, import_.now);
  }

  void insert_subscriptions() {
    std::vector<CustomerId> customers;
    std::vector<std::int64_t> numbers;
    std::vector<std::string> keys;
    std::vector<std::int64_t> cycles;
    std::vector<std::string> plans;
    std::vector<std::string> currencies;
    std::vector<time::Instant> starts_at;
    std::vector<std::optional<time::Instant>> ends_at;
    for (const Created& created : created_) {
      customers.push_back(created.customer);
      numbers.push_back(created.subscription.number);
      keys.push_back(created.key);
      cycles.push_back(created.subscription.cycle);
      plans.push_back(created.subscription.plan);
      currencies.emplace_back(created.subscription.currency.code());
      starts_at.push_back(created.subscription.starts_at);
      ends_at.push_back(created.subscription.ends_at);
    }
    import_.connection.execute(kInsert, {customers, numbers, keys, cycles, plans, currencies,
                                         starts_at, ends_at, import_.now});
  }

  struct Created {
    CustomerId customer;
    std::string key;
    domain::Subscription subscription;
  };

  const Import& import_;
  const std::vector<SubscriptionRow> rows_;
  const KnownCustomers customers_;
  Cycles cycles_;
  std::map<std::pair<CustomerId, std::string>, domain::Subscription> stored_;
  std::unordered_map<CustomerId, std::int64_t> last_numbers_;

  std::vector<Created> created_;
  std::vector<CustomerId> ended_customers_;
  std::vector<std::int64_t> ended_numbers_;
  std::vector<time::Instant> new_ends_;
  std::vector<Reopening> reopenings_;
  ImportResult result_;
};

}  // namespace

ImportSpec subscription_import() {
  return {.columns = kColumns,
          .run = [](const Import& import) { return SubscriptionImport(import).run(); }};
}

}  // namespace reckoner::accounts
