#include "delivery/notices.hpp"

#include <fmt/format.h>

#include <array>

#include "store/receivable_rows.hpp"

namespace reckoner::delivery {

namespace {

using money::Money;

constexpr store::Statement kStep{"dunning step of a mail", R"(
  select c.key, c.name, s.step, s.taken_on, s.currency, s.overdue, s.disputed, s.fee
    from dunning_step s join customer c on c.customer_id = s.customer_id
   where s.customer_id = $1 and s.ordinal = $2 and s.place = $3)"};

constexpr store::Statement kDispute{"dispute of a mail", R"(
  select c.key, c.name, c.email, d.legal_entity, t.state, t.ordinal, t.currency, t.amount, t.message,
         t.reason, t.credit_note,
         (select l.description from document_line l
           where l.customer_id = t.customer_id and l.ordinal = t.ordinal and l.line = t.line) as line
    from dispute t
    join customer c on c.customer_id = t.customer_id
    join document d on d.customer_id = t.customer_id and d.ordinal = t.ordinal
   where t.customer_id = $1 and t.dispute = $2)"};
constexpr store::Statement kNumber{"number of a document in a notice", R"(
  select number from issued where customer_id = $1 and ordinal = $2)"};

std::string number_of(store::Connection& connection, CustomerId customer, std::int64_t ordinal) {
  return connection.query(kNumber, {customer, ordinal}).only().text("number");
}

std::string name_of(const store::Row& row) {
  const std::string name = row.text("name");
  return name.empty() ? row.text("key") : name;
}

/// The document as it stands now.
store::DemandRow demand_of(store::Connection& connection, CustomerId customer,
                           std::int64_t ordinal) {
  const std::array<CustomerId, 1> customers{customer};
  const auto receivables = store::read_receivables(connection, customers);
  const store::DemandRow* document = store::find_demand(receivables, customer, ordinal);
  if (document == nullptr) throw Error(fmt::format("the customer has no document {}", ordinal));
  return *document;
}

}  // namespace

DunningMail load_dunning(store::Connection& connection, CustomerId customer, DunningPlace place) {
  const auto row = connection.query(kStep, {customer, place.ordinal, place.place}).at_most_one();
  if (!row) {
    throw Error(fmt::format("document {} of its customer has no step {} of dunning", place.ordinal,
                            place.place));
  }
  const store::DemandRow document = demand_of(connection, customer, place.ordinal);
  if (document.voided || (document.open - document.disputed).is_zero()) {
    throw NothingToTell(fmt::format("{} is not overdue any more", document.number));
  }
  const money::Currency currency = money::Currency::of(row->text("currency"));
  const auto fee = row->optional_decimal("fee");
  return {{.customer = name_of(*row),
           .customer_key = row->text("key"),
           .step = row->text("step"),
           .number = document.number,
           .issued_on = document.issued_on,
           .due_on = document.due_on,
           .taken_on = row->date("taken_on"),
           .days_overdue = time::days_between(document.due_on, row->date("taken_on")),
           .total = document.total,
           .overdue = document.open - document.disputed,
           .disputed = document.disputed,
           .fee = fee ? std::optional(Money(*fee, currency)) : std::nullopt},
          document.legal_entity};
}

DisputeMail load_dispute(store::Connection& connection, CustomerId customer, std::int64_t dispute) {
  const auto row = connection.query(kDispute, {customer, dispute}).at_most_one();
  if (!row) throw Error(fmt::format("the customer has no dispute {}", dispute));
  const auto credit_note = row->optional_int64("credit_note");
  return {{.customer = name_of(*row),
           .customer_key = row->text("key"),
           .dispute = std::to_string(dispute),
           .state = row->text("state"),
           .number = number_of(connection, customer, row->int64("ordinal")),
           .line = row->optional_text("line").value_or(""),
           .amount = Money(row->decimal("amount"), money::Currency::of(row->text("currency"))),
           .message = row->text("message"),
           .reason = row->text("reason"),
           .credit_note = credit_note ? number_of(connection, customer, *credit_note) : ""},
          row->text("legal_entity"),
          row->text("email")};
}

}  // namespace reckoner::delivery
