#include "accounts/customer_details.hpp"

#include "accounts/billing_modes.hpp"
#include "accounts/subscription_book.hpp"
#include "accounts/values.hpp"
#include "store/billing_details.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kFind{"accounts.details_find",
                                 "select customer_id from customer_key where key = $1"};

constexpr store::Statement kAgreements{"accounts.details_agreements", R"(
  select plan, charge, figure, value, starts_on, ends_on
    from agreed_figure where customer_id = $1 order by agreed_figure)"};

constexpr store::Statement kCredits{"accounts.details_credits", R"(
  select c.credit, c.external_key, c.title, c.kind, c.currency, c.percent, c.priority, c.starts_on,
         c.expires_on, array_to_string(c.charges, ';') as charges, coalesce(m.amount, 0) as amount,
         case when c.documents is not null
              then greatest(c.documents - coalesce(m.documents, 0), 0) end as documents_left
    from credit c
    left join (select credit, sum(amount) as amount,
                      count(distinct ordinal) filter (where kind = 'draw') as documents
                 from credit_movement where customer_id = $1 group by credit) m
           on m.credit = c.credit
   where c.customer_id = $1 order by c.credit)"};

constexpr store::Statement kDiscounts{"accounts.details_discounts", R"(
  select discount, external_key, percentage, starts_at, ends_at,
         array_to_string(charges, ';') as charges
    from discount where customer_id = $1 order by discount)"};

constexpr store::Statement kCharges{"accounts.details_charges", R"(
  select m.manual_charge, m.external_key, m.cycle, m.charged_on, m.title, m.quantity, m.unit,
         m.price, m.tax, c.currency
    from manual_charge m
    join cycle c on c.customer_id = m.customer_id and c.cycle = m.cycle
   where m.customer_id = $1 order by m.manual_charge)"};

constexpr store::Statement kSubjects{"accounts.details_subjects", R"(
  select distinct subject from subject where customer_id = $1 and ends_at is null order by subject)"};

constexpr store::Statement kParked{"accounts.details_parked", R"(
  select run_id, reason, attempts, first_parked_at from parked where customer_id = $1)"};

constexpr store::Statement kHeld{"accounts.details_held", R"(
  select run_id, reasons, held_at from held where customer_id = $1 and state = 'open')"};

std::vector<std::string> scope_of(const store::Row& row) {
  const std::string charges = row.text("charges");
  if (charges.empty()) return {};
  return parse_list(charges, "charge", "charges");
}

domain::Credit credit_of(const store::Row& row) {
  domain::Credit credit{.number = row.int64("credit"),
                        .key = row.text("external_key"),
                        .title = row.text("title"),
                        .kind = parse_credit_kind(row.text("kind")),
                        .currency = money::Currency::of(row.text("currency")),
                        .amount_left = std::nullopt,
                        .percent = row.optional_decimal("percent"),
                        .documents_left = row.optional_int64("documents_left"),
                        .priority = static_cast<int>(row.int64("priority")),
                        .starts_on = row.optional_date("starts_on"),
                        .expires_on = row.optional_date("expires_on"),
                        .charges = {}};
  if (!credit.percent) credit.amount_left = row.decimal("amount");
  credit.charges = scope_of(row);
  return credit;
}

CustomerDetails::KeyedDiscount discount_of(const store::Row& row) {
  return {.key = row.text("external_key"),
          .discount = {.number = row.int64("discount"),
                       .percentage = row.decimal("percentage"),
                       .starts_at = row.instant("starts_at"),
                       .ends_at = row.optional_instant("ends_at"),
                       .charges = scope_of(row)}};
}

CustomerDetails::KeyedCharge charge_of(const store::Row& row) {
  return {.key = row.text("external_key"),
          .currency = money::Currency::of(row.text("currency")),
          .charge = {.number = row.int64("manual_charge"),
                     .cycle = row.int64("cycle"),
                     .on = row.date("charged_on"),
                     .title = row.text("title"),
                     .quantity = row.decimal("quantity"),
                     .unit = row.text("unit"),
                     .price = row.decimal("price"),
                     .tax = row.text("tax")}};
}

void add_standing(store::Connection& connection, CustomerId customer, CustomerDetails& details) {
  if (const auto row = connection.query(kParked, {customer}).at_most_one()) {
    details.parked =
        CustomerDetails::Parked{row->int64("run_id"), row->text("reason"), row->int64("attempts"),
                                row->instant("first_parked_at")};
  }
  if (const auto row = connection.query(kHeld, {customer}).at_most_one()) {
    details.held =
        CustomerDetails::Held{row->int64("run_id"), row->text("reasons"), row->instant("held_at")};
  }
}

}  // namespace

std::optional<CustomerDetails> find_customer_details(store::Connection& connection,
                                                     std::string_view key, time::Instant now) {
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const auto found = connection.query(kFind, {key}).at_most_one();
  if (!found) return std::nullopt;
  return read_customer_details(connection, {found->int64("customer_id")}, now);
}

std::optional<CustomerDetails> read_customer_details(store::Connection& connection,
                                                     CustomerId customer, time::Instant now) {
  std::optional<CustomerSummary> summary = read_customer(connection, customer, now);
  if (!summary) return std::nullopt;
  CustomerDetails details;
  details.summary = std::move(*summary);
  details.billing = store::read_billing_details(connection, {customer}).at(customer);
  for (SubscriptionRecord& record : read_subscriptions(connection, {customer})) {
    details.subscriptions.push_back({std::move(record.key), std::move(record.subscription)});
  }
  for (const store::Row& row : connection.query(kAgreements, {customer})) {
    details.agreements.push_back({.plan = row.text("plan"),
                                  .charge = row.text("charge"),
                                  .figure = row.text("figure"),
                                  .value = row.optional_decimal("value"),
                                  .starts_on = row.date("starts_on"),
                                  .ends_on = row.optional_date("ends_on")});
  }
  for (const store::Row& row : connection.query(kCredits, {customer})) {
    details.credits.push_back(credit_of(row));
  }
  for (const store::Row& row : connection.query(kDiscounts, {customer})) {
    details.discounts.push_back(discount_of(row));
  }
  for (const store::Row& row : connection.query(kCharges, {customer})) {
    details.charges.push_back(charge_of(row));
  }
  details.billing_modes = read_billing_modes(connection, customer);
  details.parent = read_parent(connection, customer);
  for (const store::Row& row : connection.query(kSubjects, {customer})) {
    details.subjects.push_back(row.text("subject"));
  }
  add_standing(connection, customer, details);
  return details;
}

}  // namespace reckoner::accounts
