#include "accounts/changes.hpp"

#include <fmt/format.h>

#include "accounts/agreement_book.hpp"
#include "accounts/import.hpp"
#include "accounts/plan_facts.hpp"
#include "accounts/subscription_book.hpp"
#include "base/error.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

/// One change of one customer. `work(scope, book, customer, outcome)` makes it in a book of the
/// kind and says what it did.
template <class Book, class Work>
Changed change(store::Connection& connection, const ChangeRules& rules, const std::string& key,
               Work work) {
  store::Transaction transaction(connection);
  ChangeScope scope(connection, rules, KnownCustomers::lock(connection, {key}));
  const domain::Customer& customer = scope.customers.get(key);
  Book book(scope);
  Changed outcome;
  work(scope, book, customer, outcome);
  if constexpr (std::same_as<Book, SubscriptionBook>) {
    const std::vector<Refusal> refusals = book.refusals();
    if (!refusals.empty()) throw Error(refusals.front().reason);
  }
  scope.write();
  book.write();
  outcome.reopened = reopened_labels(connection, scope.reopenings);
  transaction.commit();
  return outcome;
}

std::string day_of(const domain::Customer& customer, time::Instant instant) {
  return time::to_string(customer.zone.date_of(instant));
}

time::Instant instant_of(ChangeScope& scope, const domain::Customer& customer,
                         const SubscriptionRecord& record, const When& when) {
  const time::Instant today = customer.zone.start_of(customer.zone.date_of(scope.rules.now));
  if (const auto* day = std::get_if<time::Date>(&when)) return customer.zone.start_of(*day);
  if (std::holds_alternative<Today>(when)) return today;
  return scope.cycles.end_of_period(scope.connection, customer.id, record.subscription.cycle,
                                    std::max(today, record.subscription.starts_at));
}

std::string shown(const std::map<std::string, money::Decimal>& quantities) {
  std::vector<std::string> items;
  for (const auto& [name, value] : quantities) {
    items.push_back(fmt::format("{}={}", name, value.to_string()));
  }
  return fmt::format("{}", fmt::join(items, ", "));
}

constexpr store::Statement kCustomerRow{"accounts.edited_customer", R"(
  select c.name, c.email, c.time_zone, c.anchor_day
    from customer_key k join customer c on c.customer_id = k.customer_id
   where k.key = $1)"};

constexpr store::Statement kLastReopening{"accounts.last_reopening", R"(
  select coalesce(max(reopening), 0) as last from reopening
   where customer_id = (select customer_id from customer_key where key = $1))"};

constexpr store::Statement kReopenedSince{"accounts.reopened_since", R"(
  select p.label
    from reopening r
    join billing_period p on p.customer_id = r.customer_id and p.cycle = r.cycle
                         and p.billed_cut is not null and r.from_at < p.ends_at
                         and (r.until_at is null or r.until_at > p.starts_at)
   where r.customer_id = (select customer_id from customer_key where key = $1) and r.reopening > $2
   group by p.label order by min(p.starts_at))"};

/// Changes that are rows of files are made by importing a file of one row.
ImportResult import_row(store::Connection& connection, const ChangeRules& rules, ImportKind kind,
                        text::JsonWriter& row) {
  try {
    return import_file(connection, kind, "by hand.jsonl", row.finish() + "\n", rules);
  } catch (const ImportError& error) {
    const std::string& problem = error.problems().front();  // "by hand.jsonl:1: reason"
    throw Error(problem.substr(problem.find(": ") + 2));
  }
}

std::optional<store::Row> find_customer_row(store::Connection& connection, const std::string& key) {
  return connection.query(kCustomerRow, {key}).at_most_one();
}

void write_customer_row(text::JsonWriter& row, const std::string& key, const CustomerTerms& terms,
                        const std::string& name, const std::string& zone, std::int64_t anchor_day,
                        const std::string& email) {
  row.begin_object().key("key").string(key).key("name").string(name).key("email").string(email);
  row.key("time-zone").string(zone).key("anchor-day").number(anchor_day);
  if (!terms.subjects.empty()) {
    row.key("subjects").string(fmt::format("{}", fmt::join(terms.subjects, ";")));
  }
  if (terms.country) row.key("country").string(*terms.country);
  if (terms.tax_id) row.key("tax-id").string(*terms.tax_id);
  if (terms.tax_exempt) row.key("tax-exempt").string(*terms.tax_exempt ? "true" : "false");
  if (terms.legal_entity) row.key("legal-entity").string(*terms.legal_entity);
  for (const auto& [column, value] : terms.billing_details) row.key(column).string(value);
  row.end_object();
}

std::int64_t last_reopening(store::Connection& connection, const std::string& customer) {
  return connection.query(kLastReopening, {customer}).only().int64("last");
}

std::vector<std::string> labels_reopened_since(store::Connection& connection,
                                               const std::string& customer, std::int64_t last) {
  std::vector<std::string> labels;
  for (const store::Row& row : connection.query(kReopenedSince, {customer, last})) {
    labels.push_back(row.text("label"));
  }
  return labels;
}

std::string default_key(const domain::Plan& plan, time::Date day) {
  return fmt::format("{}-{}", plan.name, time::to_string(day));
}

}  // namespace

Changed subscribe(store::Connection& connection, const ChangeRules& rules,
                  const SubscribeRequest& request) {
  return change<SubscriptionBook>(
      connection, rules, request.customer,
      [&](ChangeScope& scope, SubscriptionBook& book, const domain::Customer& customer,
          Changed& outcome) {
        const domain::Plan& plan = choose_plan(rules.active, request.plan, request.currency,
                                               scope.cycles.currencies_of(customer.id));
        const std::string key = request.key.empty() ? default_key(plan, request.from) : request.key;
        NewSubscription added(key, plan, customer.zone.start_of(request.from));
        domain::Subscription& terms = added.terms;
        terms.environment = request.environment;
        if (request.until) terms.ends_at = customer.zone.start_of(*request.until);
        std::optional<time::Date> trial = request.trial_until;
        if (!trial && plan.trial && !request.no_trial) trial = time::add(request.from, *plan.trial);
        if (trial) terms.trial_ends_at = customer.zone.start_of(*trial);
        for (const auto& [name, value] : request.quantities) {
          terms.quantities.push_back({name, value, terms.starts_at});
        }
        book.start(customer, std::move(added), 0);
        outcome.changed = true;
        outcome.summary =
            fmt::format("customer '{}' is on plan '{}' ({}) from {}{}{} as '{}'", customer.key,
                        plan.name, plan.currency.code(), time::to_string(request.from),
                        request.until ? " to " + time::to_string(*request.until) : "",
                        trial ? ", trial until " + time::to_string(*trial) : "", key);
      });
}

Changed change_plan(store::Connection& connection, const ChangeRules& rules,
                    const ChangePlanRequest& request) {
  return change<SubscriptionBook>(
      connection, rules, request.customer,
      [&](ChangeScope& scope, SubscriptionBook& book, const domain::Customer& customer,
          Changed& outcome) {
        const SubscriptionRecord& record = book.get(customer, request.key);
        const domain::Plan& plan = choose_plan(rules.active, request.plan, request.currency,
                                               {record.subscription.currency});
        const time::Instant at = instant_of(scope, customer, record, request.when);
        const std::string key = request.new_key.empty()
                                    ? default_key(plan, customer.zone.date_of(at))
                                    : request.new_key;
        book.change_plan(customer, record, {key, plan, at}, request.environment,
                         request.quantities);
        outcome.changed = true;
        outcome.summary = fmt::format(
            "subscription '{}' of customer '{}' changes to plan '{}' ({}) on {} as '{}'",
            request.key, customer.key, plan.name, plan.currency.code(), day_of(customer, at), key);
      });
}

Changed change_quantities(store::Connection& connection, const ChangeRules& rules,
                          const ChangeQuantitiesRequest& request) {
  return change<SubscriptionBook>(
      connection, rules, request.customer,
      [&](ChangeScope& scope, SubscriptionBook& book, const domain::Customer& customer,
          Changed& outcome) {
        const SubscriptionRecord& record = book.get(customer, request.key);
        const time::Instant at = instant_of(scope, customer, record, request.when);
        for (const auto& [name, value] : request.quantities) {
          const bool changed = book.set_quantity(customer, record, name, value, at);
          outcome.changed = outcome.changed || changed;
        }
        outcome.summary = fmt::format("subscription '{}' of customer '{}' has {} from {}{}",
                                      request.key, customer.key, shown(request.quantities),
                                      day_of(customer, at), outcome.changed ? "" : " already");
      });
}

Changed cancel(store::Connection& connection, const ChangeRules& rules,
               const SubscriptionRequest& request) {
  return change<SubscriptionBook>(
      connection, rules, request.customer,
      [&](ChangeScope& scope, SubscriptionBook& book, const domain::Customer& customer,
          Changed& outcome) {
        const SubscriptionRecord& record = book.get(customer, request.key);
        const time::Instant at = instant_of(scope, customer, record, request.when);
        outcome.changed = book.end(customer, record, at, domain::Ending::kCancelled, 0);
        outcome.summary = fmt::format(
            "subscription '{}' of customer '{}' is cancelled and ends on {}{}", request.key,
            customer.key, day_of(customer, at), outcome.changed ? "" : " already");
      });
}

Changed pause(store::Connection& connection, const ChangeRules& rules,
              const SubscriptionRequest& request, std::optional<time::Date> until) {
  return change<SubscriptionBook>(
      connection, rules, request.customer,
      [&](ChangeScope& scope, SubscriptionBook& book, const domain::Customer& customer,
          Changed& outcome) {
        const SubscriptionRecord& record = book.get(customer, request.key);
        domain::Pause rest{.starts_at = instant_of(scope, customer, record, request.when),
                           .ends_at = std::nullopt};
        if (until) rest.ends_at = customer.zone.start_of(*until);
        outcome.changed = book.pause(customer, record, rest);
        outcome.summary = fmt::format("subscription '{}' of customer '{}' is paused from {}{}{}",
                                      request.key, customer.key, day_of(customer, rest.starts_at),
                                      until ? " to " + time::to_string(*until) : "",
                                      outcome.changed ? "" : " already");
      });
}

Changed resume(store::Connection& connection, const ChangeRules& rules,
               const SubscriptionRequest& request) {
  return change<SubscriptionBook>(
      connection, rules, request.customer,
      [&](ChangeScope& scope, SubscriptionBook& book, const domain::Customer& customer,
          Changed& outcome) {
        const SubscriptionRecord& record = book.get(customer, request.key);
        const time::Instant at = instant_of(scope, customer, record, request.when);
        outcome.changed = book.resume(customer, record, at);
        outcome.summary =
            fmt::format("subscription '{}' of customer '{}' goes on from {}{}", request.key,
                        customer.key, day_of(customer, at), outcome.changed ? "" : " already");
      });
}

Changed agree(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
              const domain::AgreedFigure& agreed) {
  return change<AgreementBook>(
      connection, rules, customer,
      [&](ChangeScope&, AgreementBook& book, const domain::Customer& known, Changed& outcome) {
        const domain::AgreedFigure* stored = book.find(known.id, agreed);
        const bool same =
            stored != nullptr && stored->value == agreed.value && stored->ends_on == agreed.ends_on;
        if (!same) book.agree(known, agreed);
        outcome.changed = !same;
        outcome.summary = fmt::format(
            "{} of charge '{}' of plan '{}' is {} for customer '{}' from {}{}{}", agreed.figure,
            agreed.charge, agreed.plan, agreed.value ? agreed.value->to_string() : "unlimited",
            known.key, time::to_string(agreed.starts_on),
            agreed.ends_on ? " to " + time::to_string(*agreed.ends_on) : "",
            same ? " already" : "");
      });
}

Changed end_agreement(store::Connection& connection, const ChangeRules& rules,
                      const std::string& customer, const std::string& plan,
                      const std::string& charge, const std::string& figure, time::Date on) {
  return change<AgreementBook>(
      connection, rules, customer,
      [&](ChangeScope&, AgreementBook& book, const domain::Customer& known, Changed& outcome) {
        outcome.changed = book.end_in_force(known, plan, charge, figure, on);
        outcome.summary = fmt::format(
            "what is agreed with customer '{}' on {} of charge '{}' of plan '{}' ends on {}{}",
            known.key, figure, charge, plan, time::to_string(on),
            outcome.changed ? "" : " already");
      });
}

Changed charge(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
               const KeyedCharge& charge) {
  return change<ChargeBook>(
      connection, rules, customer,
      [&](ChangeScope&, ChargeBook& book, const domain::Customer& known, Changed& outcome) {
        outcome.changed = book.add(known, charge);
        outcome.summary =
            fmt::format("customer '{}' is charged {} {} of '{}' at {} on {}{} as '{}'", known.key,
                        charge.charge.quantity.to_string(), charge.charge.unit, charge.charge.title,
                        charge.charge.price.to_string(), time::to_string(charge.charge.on),
                        outcome.changed ? "" : " already", charge.key);
      });
}

Changed grant(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
              const CreditGrant& grant) {
  return change<CreditBook>(
      connection, rules, customer,
      [&](ChangeScope&, CreditBook& book, const domain::Customer& known, Changed& outcome) {
        outcome.changed = book.grant(known, grant);
        const std::string worth = grant.percent
                                      ? grant.percent->to_string() + " %"
                                      : fmt::format("{} {}", grant.amount->to_string(),
                                                    book.currency_of(known, grant.key).code());
        outcome.summary =
            fmt::format("customer '{}' has {} '{}' of {}{}", known.key,
                        grant.kind == domain::CreditKind::kCoupon ? "coupon" : "prepaid credit",
                        grant.key, worth, outcome.changed ? "" : " already");
      });
}

Changed top_up(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
               const std::string& key, const money::Decimal& amount) {
  return change<CreditBook>(
      connection, rules, customer,
      [&](ChangeScope&, CreditBook& book, const domain::Customer& known, Changed& outcome) {
        book.top_up(known, key, amount);
        outcome.changed = true;
        outcome.summary =
            fmt::format("prepaid credit '{}' of customer '{}' has {} {} more", key, known.key,
                        amount.to_string(), book.currency_of(known, key).code());
      });
}

Changed pay(store::Connection& connection, const ChangeRules& rules, const std::string& customer,
            const PaymentByHand& payment) {
  text::JsonWriter row;
  row.begin_object().key("reference").string(payment.reference);
  row.key("customer").string(customer).key("amount").string(payment.amount.to_string());
  if (payment.currency) row.key("currency").string(payment.currency->code());
  row.key("received-on").string(time::to_string(payment.received_on));
  row.key("document").string(payment.document).key("note").string(payment.note).end_object();
  const ImportResult result = import_row(connection, rules, ImportKind::kPayments, row);
  Changed outcome;
  outcome.changed = result.created == 1;
  outcome.summary = fmt::format("payment '{}' of customer '{}' is booked{}", payment.reference,
                                customer, outcome.changed ? "" : " already");
  return outcome;
}

Changed discount(store::Connection& connection, const ChangeRules& rules,
                 const std::string& customer, const DiscountByHand& discount) {
  text::JsonWriter row;
  row.begin_object().key("key").string(discount.key).key("customer").string(customer);
  row.key("percentage").string(discount.percentage.to_string());
  row.key("starts-on").string(time::to_string(discount.from));
  if (discount.until) row.key("ends-on").string(time::to_string(*discount.until));
  row.end_object();
  const std::int64_t latest = last_reopening(connection, customer);
  const ImportResult result = import_row(connection, rules, ImportKind::kDiscounts, row);
  Changed outcome;
  outcome.changed = result.unchanged == 0;
  outcome.summary = fmt::format("customer '{}' has {} % off from {}{}{} as '{}'", customer,
                                discount.percentage.to_string(), time::to_string(discount.from),
                                discount.until ? " to " + time::to_string(*discount.until) : "",
                                outcome.changed ? "" : " already", discount.key);
  outcome.reopened = labels_reopened_since(connection, customer, latest);
  return outcome;
}

bool create_customer(store::Connection& connection, const ChangeRules& rules,
                     const std::string& key, const CustomerTerms& terms) {
  if (find_customer_row(connection, key)) return false;
  if (!terms.name || !terms.zone) throw Error("a new customer needs a name and a time zone");
  text::JsonWriter row;
  write_customer_row(row, key, terms, *terms.name, *terms.zone, terms.anchor_day.value_or(1),
                     terms.email.value_or(""));
  return import_row(connection, rules, ImportKind::kCustomers, row).created == 1;
}

Changed edit_customer(store::Connection& connection, const ChangeRules& rules,
                      const std::string& key, const CustomerTerms& terms) {
  const auto stored = find_customer_row(connection, key);
  if (!stored) throw Error(fmt::format("there is no customer '{}'", key));
  text::JsonWriter row;
  write_customer_row(row, key, terms, terms.name.value_or(stored->text("name")),
                     terms.zone.value_or(stored->text("time_zone")),
                     terms.anchor_day.value_or(stored->int64("anchor_day")),
                     terms.email.value_or(stored->text("email")));
  const ImportResult result = import_row(connection, rules, ImportKind::kCustomers, row);
  Changed outcome;
  outcome.changed = result.changed == 1;
  outcome.summary =
      fmt::format("customer '{}' is as described{}", key, outcome.changed ? "" : " already");
  return outcome;
}

}  // namespace reckoner::accounts
