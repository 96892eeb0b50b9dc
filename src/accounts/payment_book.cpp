#include "accounts/payment_book.hpp"

#include <fmt/format.h>

#include "invoicing/journal.hpp"
#include "store/announcements.hpp"
#include "store/journal_rows.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kLastNumbers{"accounts.read_last_payments", R"(
  select customer_id, max(payment) as last from payment
   where customer_id = any($1::bigint[]) group by customer_id)"};

constexpr store::Statement kInsert{"accounts.insert_payments", R"(
  insert into payment (customer_id, payment, reference, received_on, currency, amount, note,
                       document, created_at)
  select *, $9 from unnest($1::bigint[], $2::bigint[], $3::text[], $4::date[], $5::text[],
                           $6::numeric[], $7::text[], $8::text[]))"};

constexpr store::Statement kAddToBalances{"accounts.add_to_balances", R"(
  insert into customer_balance (customer_id, currency, balance)
  select customer_id, currency, -sum(amount)
    from unnest($1::bigint[], $2::text[], $3::numeric[]) as p(customer_id, currency, amount)
   group by customer_id, currency
  on conflict (customer_id, currency)
  do update set balance = customer_balance.balance + excluded.balance)"};

}  // namespace

PaymentBook::PaymentBook(store::Connection& connection, const ChangeRules& rules,
                         const KnownCustomers& customers)
    : connection_(connection), rules_(rules), customers_(customers) {
  for (const store::Row& row : connection.query(kLastNumbers, {customers.ids()})) {
    last_numbers_[{row.int64("customer_id")}] = row.int64("last");
  }
}

std::int64_t PaymentBook::add(NewPayment payment) {
  payments_.push_back(std::move(payment));
  return numbers_.emplace_back(++last_numbers_[payments_.back().customer]);
}

void PaymentBook::write() {
  std::vector<CustomerId> customers;
  std::vector<std::string> references, currencies, notes, documents;
  std::vector<time::Date> received_on;
  std::vector<money::Decimal> amounts;
  for (const NewPayment& payment : payments_) {
    customers.push_back(payment.customer);
    references.push_back(payment.reference);
    received_on.push_back(payment.received_on);
    currencies.emplace_back(payment.amount.currency().code());
    amounts.push_back(payment.amount.amount());
    notes.push_back(payment.note);
    documents.push_back(payment.document);
  }
  connection_.execute(kInsert, {customers, numbers_, references, received_on, currencies, amounts,
                                notes, documents, rules_.now});
  post();
  connection_.execute(kAddToBalances, {customers, currencies, amounts});
  announce();
}

/// On the day it was received, or the first one on which the books are still open.
void PaymentBook::post() {
  store::JournalRows rows(connection_);
  for (std::size_t i = 0; i < payments_.size(); ++i) {
    const NewPayment& payment = payments_[i];
    const std::string& entity = customers_.of(payment.customer).legal_entity;
    const time::Date day = customers_.books().booking_day(entity, payment.received_on);
    const domain::Chart& chart = rules_.active.chart;
    for (const invoicing::JournalLine& line :
         payment.kind == NewPayment::Kind::kWriteOff
             ? invoicing::write_off_entry(payment.amount, chart, entity)
             : invoicing::payment_entry(payment.amount, chart, entity)) {
      rows.add(payment.customer, fmt::format("payment:{}", numbers_[i]), line.account, line.amount,
               day, entity);
    }
  }
  rows.finish();
}

void PaymentBook::announce() {
  std::vector<CustomerId> customers;
  for (const NewPayment& payment : payments_) customers.push_back(payment.customer);
  store::Announcements announcements(connection_, customers);
  for (std::size_t i = 0; announcements.any() && i < payments_.size(); ++i) {
    const NewPayment& payment = payments_[i];
    if (payment.kind != NewPayment::Kind::kMoney) continue;
    text::JsonWriter json;
    json.begin_object().key("customer").string(customers_.of(payment.customer).key);
    json.key("payment").number(numbers_[i]).key("reference").string(payment.reference);
    json.key("received_on").string(time::to_string(payment.received_on));
    json.key("currency").string(payment.amount.currency().code());
    json.key("amount").string(payment.amount.to_string()).key("document");
    payment.document.empty() ? json.null() : json.string(payment.document);
    json.end_object();
    announcements.add(payment.customer, "payment.booked", json.finish());
  }
  announcements.write(rules_.now);
}

}  // namespace reckoner::accounts
