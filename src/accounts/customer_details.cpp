#include "accounts/customer_details.hpp"

#include "accounts/subscription_book.hpp"
#include "accounts/values.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

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
  const std::string charges = row.text("charges");
  if (!charges.empty()) credit.charges = parse_list(charges, "charge", "charges");
  return credit;
}

}  // namespace

std::optional<CustomerDetails> find_customer_details(store::Connection& connection,
                                                     std::string_view key, time::Instant now) {
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  return read_customer_details(connection, key, now);
}

std::optional<CustomerDetails> read_customer_details(store::Connection& connection,
                                                     std::string_view key, time::Instant now) {
  std::optional<CustomerSummary> summary = read_customer(connection, key, now);
  if (!summary) return std::nullopt;
  const CustomerId customer = summary->customer.id;
  CustomerDetails details{
      .summary = std::move(*summary), .subscriptions = {}, .agreements = {}, .credits = {}};
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
  return details;
}

}  // namespace reckoner::accounts
