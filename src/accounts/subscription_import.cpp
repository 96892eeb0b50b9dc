#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "accounts/import_kinds.hpp"
#include "accounts/plan_facts.hpp"
#include "accounts/subscription_book.hpp"

namespace reckoner::accounts {

namespace {

enum : std::size_t {
  kKey,
  kCustomer,
  kPlan,
  kStartsOn,
  kEndsOn,
  kCurrency,
  kEnvironment,
  kTrialUntil,
  kQuantities,
  kEnding
};
constexpr std::array kColumns = {Column{"key", true},          Column{"customer", true},
                                 Column{"plan", true},         Column{"starts-on", true},
                                 Column{"ends-on", false},     Column{"currency", false},
                                 Column{"environment", false}, Column{"trial-until", false},
                                 Column{"quantities", false},  Column{"ending", false}};

struct SubscriptionRow : ImportRow {
  std::string key;
  std::string customer;
  std::string plan;
  std::optional<time::Date> starts_on;
  std::optional<time::Date> ends_on;
  std::optional<money::Currency> currency;
  std::optional<std::string> environment;
  std::optional<time::Date> trial_until;
  std::map<std::string, money::Decimal> quantities;
  std::optional<domain::Ending> ending;
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
    values.read(kEnvironment, row.environment, parse_text);
    values.read(kTrialUntil, row.trial_until, parse_day);
    values.read(kQuantities, row.quantities, parse_quantities);
    values.read(kEnding, row.ending, parse_ending);
    values.check([&] {
      if (row.starts_on && row.ends_on && *row.ends_on < *row.starts_on) {
        throw Error(fmt::format("ends-on {} lies before starts-on {}",
                                time::to_string(*row.ends_on), time::to_string(*row.starts_on)));
      }
    });
    values.check([&] {
      if (row.starts_on && row.trial_until && *row.trial_until <= *row.starts_on) {
        throw Error(fmt::format("trial-until {} does not lie behind starts-on {}",
                                time::to_string(*row.trial_until),
                                time::to_string(*row.starts_on)));
      }
    });
    values.check([&] {
      if (row.key.empty() || row.customer.empty()) return;
      keys.add(natural_key(row.customer, row.key),
               fmt::format("subscription '{}' of customer '{}'", row.key, row.customer), row.line);
    });
    row.good = values.good();
    rows.push_back(std::move(row));
  }
  return rows;
}

class SubscriptionImport {
 public:
  explicit SubscriptionImport(const Import& import)
      : import_(import),
        rows_(parse_rows(import)),
        scope_(import.connection, import.rules,
               lock_customers(import, rows_, &SubscriptionRow::customer)),
        book_(scope_) {}

  ImportResult run() {
    take_rows(
        import_, rows_,
        [&](const SubscriptionRow& row, RowProblems& problems) { look_up(row, problems); },
        [&](const SubscriptionRow& row) { take(row); });
    if (import_.problems.empty()) {
      for (const Refusal& refusal : book_.refusals()) {
        import_.problems.add(refusal.line, refusal.reason);
      }
    }
    import_.problems.throw_if_any();
    scope_.write();
    book_.write();
    return result_;
  }

 private:
  void look_up(const SubscriptionRow& row, RowProblems& problems) const {
    problems.check([&] {
      if (!row.customer.empty()) scope_.customers.get(row.customer);
    });
    problems.check([&] {
      if (row.plan.empty()) return;
      const domain::Plan& plan = any_plan(import_.rules.active, row.plan);
      if (row.environment) check_environment(plan, *row.environment);
      for (const auto& [name, value] : row.quantities) check_quantity(plan, name);
    });
  }

  void take(const SubscriptionRow& row) {
    const domain::Customer& customer = scope_.customers.get(row.customer);
    if (const SubscriptionRecord* stored = book_.find(customer.id, row.key)) {
      compare(row, customer, *stored);
    } else {
      add(row, customer);
    }
  }

  void add(const SubscriptionRow& row, const domain::Customer& customer) {
    const domain::Plan& plan = choose_plan(import_.rules.active, row.plan, row.currency,
                                           scope_.cycles.currencies_of(customer.id));
    NewSubscription added(row.key, plan, customer.zone.start_of(*row.starts_on));
    domain::Subscription& terms = added.terms;
    terms.ending = row.ending.value_or(domain::Ending::kCancelled);
    terms.environment = row.environment.value_or("");
    if (row.ends_on) terms.ends_at = customer.zone.start_of(*row.ends_on);
    std::optional<time::Date> trial = row.trial_until;
    if (!trial && plan.trial) trial = time::add(*row.starts_on, *plan.trial);
    if (trial) terms.trial_ends_at = customer.zone.start_of(*trial);
    for (const auto& [name, value] : row.quantities) {
      terms.quantities.push_back({name, value, terms.starts_at});
    }
    book_.start(customer, std::move(added), row.line);
    ++result_.created;
  }

  void compare(const SubscriptionRow& row, const domain::Customer& customer,
               const SubscriptionRecord& record) {
    const domain::Subscription& stored = record.subscription;
    check_same(row, customer, stored);
    if (!row.ends_on && stored.ends_at) {
      throw Error(fmt::format(
          "subscription '{}' of customer '{}' ends on {}: an end may change, but not go away",
          row.key, row.customer, time::to_string(customer.zone.date_of(*stored.ends_at))));
    }
    if (!row.ends_on) {
      ++result_.unchanged;
      return;
    }
    // Where the day began earlier in the zone of that time, the subscription is empty, not less.
    time::Instant ends_at = std::max(stored.starts_at, customer.zone.start_of(*row.ends_on));
    const bool same_end =
        stored.ends_at && scope_.customers.begins(*stored.ends_at, customer, *row.ends_on);
    if (same_end) ends_at = *stored.ends_at;
    const domain::Ending ending =
        row.ending.value_or(same_end ? stored.ending : domain::Ending::kCancelled);
    ++(book_.end(customer, record, ends_at, ending, row.line) ? result_.changed
                                                              : result_.unchanged);
  }

  /// Throws Error when the row says something else than what is stored, the end apart.
  void check_same(const SubscriptionRow& row, const domain::Customer& customer,
                  const domain::Subscription& stored) const {
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
    if (!scope_.customers.begins(stored.starts_at, customer, *row.starts_on)) {
      refuse(fmt::format("starts-on {}", time::to_string(customer.zone.date_of(stored.starts_at))));
    }
    const auto environment_of = [](const std::string& name) {
      return name.empty() ? std::string("production") : name;
    };
    if (row.environment && environment_of(*row.environment) != environment_of(stored.environment)) {
      refuse(fmt::format("environment '{}'", environment_of(stored.environment)));
    }
    if (row.trial_until && !stored.trial_ends_at) refuse("no trial");
    if (row.trial_until &&
        !scope_.customers.begins(*stored.trial_ends_at, customer, *row.trial_until)) {
      refuse(fmt::format("trial-until {}",
                         time::to_string(customer.zone.date_of(*stored.trial_ends_at))));
    }
    for (const auto& [name, value] : row.quantities) {
      const domain::SubscribedQuantity* first = quantity_at(stored, name, stored.starts_at);
      if (first == nullptr) refuse(fmt::format("no {} when it begins", name));
      if (first->value != value) {
        refuse(fmt::format("{}={} when it begins", name, first->value.to_string()));
      }
    }
  }

  const Import& import_;
  const std::vector<SubscriptionRow> rows_;
  ChangeScope scope_;
  SubscriptionBook book_;
  ImportResult result_;
};

}  // namespace

ImportSpec subscription_import() {
  return {.columns = kColumns,
          .run = [](const Import& import) { return SubscriptionImport(import).run(); }};
}

}  // namespace reckoner::accounts
