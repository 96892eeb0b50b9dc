#include "store/receivable_rows.hpp"

#include <algorithm>

#include "invoicing/receivables.hpp"
#include "store/demand_rows.hpp"

namespace reckoner::store {

namespace {

using money::Money;

constexpr Statement kDocuments{"receivables.documents", R"(
  select d.customer_id, d.ordinal, d.kind, d.currency, d.legal_entity, d.issued_on, d.due_on, d.total,
         d.total - d.credits_total as demand, d.corrects, d.credit_limit, v.ordinal is not null as voided
    from document d
    left join document_void v on v.customer_id = d.customer_id and v.ordinal = d.ordinal
   where d.customer_id = any($1::bigint[]) order by d.customer_id, d.ordinal)"};
constexpr Statement kNumbers{"receivables.numbers", R"(
  select customer_id, ordinal, number from issued where customer_id = any($1::bigint[]))"};
constexpr Statement kPayments{"receivables.payments", R"(
  select customer_id, currency, received_on, document, amount from payment
   where customer_id = any($1::bigint[]) order by customer_id, payment)"};
constexpr Statement kBalances{"receivables.balances", R"(
  select customer_id, currency, balance from customer_balance where customer_id = any($1::bigint[]))"};
constexpr Statement kDisputes{"receivables.disputes", R"(
  select customer_id, ordinal, currency, sum(held) as amount from dispute
   where customer_id = any($1::bigint[]) and state = 'open' group by customer_id, ordinal, currency)"};

/// Reads the rows of some customers, one query a kind of row.
class Reading {
 public:
  Reading(Connection& connection, std::span<const CustomerId> customers)
      : connection_(connection), customers_(customers.begin(), customers.end()) {}

  ReceivablesByCustomer read() {
    read_balances(connection_, customers_, all_);
    read_documents();
    read_payments();
    for (auto& [customer, by_currency] : all_) {
      for (auto& [code, receivables] : by_currency) find_open(receivables);
    }
    read_disputed(connection_, customers_, all_);
    return std::move(all_);
  }

 private:
  void read_documents() {
    for (const Row& row : connection_.query(kNumbers, {customers_})) {
      const CustomerId customer{row.int64("customer_id")};
      numbers_.emplace(std::pair(customer, row.int64("ordinal")), row.text("number"));
      ordinals_.emplace(std::pair(customer, row.text("number")), row.int64("ordinal"));
    }
    for (const Row& row : connection_.query(kDocuments, {customers_})) {
      const CustomerId customer{row.int64("customer_id")};
      receivables_of(all_, row).documents.push_back(
          demand_of(row, numbers_[{customer, row.int64("ordinal")}]));
    }
  }

  void read_payments() {
    for (const Row& row : connection_.query(kPayments, {customers_})) {
      const auto named = ordinals_.find({{row.int64("customer_id")}, row.text("document")});
      receivables_of(all_, row).payments.push_back(
          {.received_on = row.date("received_on"),
           .amount = money_of(row, "amount"),
           .ordinal = named == ordinals_.end() ? std::nullopt : std::optional(named->second)});
    }
  }

  Connection& connection_;
  const std::vector<CustomerId> customers_;
  ReceivablesByCustomer all_;
  std::map<std::pair<CustomerId, std::int64_t>, std::string> numbers_;
  std::map<std::pair<CustomerId, std::string>, std::int64_t> ordinals_;
};

}  // namespace

Money money_of(const Row& row, std::string_view column) {
  return Money(row.decimal(column), money::Currency::of(row.text("currency")));
}

ReceivableRows& receivables_of(ReceivablesByCustomer& all, const Row& row) {
  const std::string code = row.text("currency");
  const Money zero(money::Currency::of(code));
  return all[{row.int64("customer_id")}]
      .try_emplace(code, ReceivableRows{zero, {}, {}})
      .first->second;
}

DemandRow demand_of(const Row& row, std::string number) {
  const Money zero(money::Currency::of(row.text("currency")));
  return {.ordinal = row.int64("ordinal"),
          .number = std::move(number),
          .kind = domain::parse_document_kind(row.text("kind")),
          .legal_entity = row.text("legal_entity"),
          .issued_on = row.date("issued_on"),
          .due_on = row.date("due_on"),
          .total = money_of(row, "total"),
          .demand = money_of(row, "demand"),
          .corrects = row.optional_int64("corrects"),
          .credit_limit = row.optional_decimal("credit_limit"),
          .voided = row.boolean("voided"),
          .open = zero,
          .disputed = zero};
}

void read_balances(Connection& connection, const std::vector<CustomerId>& customers,
                   ReceivablesByCustomer& all) {
  for (const Row& row : connection.query(kBalances, {customers})) {
    receivables_of(all, row).balance = money_of(row, "balance");
  }
}

void find_open(ReceivableRows& receivables) {
  std::vector<invoicing::Demand> demands;
  for (const DemandRow& document : receivables.documents) {
    demands.push_back({document.ordinal, document.demand, document.corrects});
  }
  std::vector<invoicing::NamedPayment> named;
  for (const PaymentRow& payment : receivables.payments) {
    if (payment.ordinal) named.push_back({*payment.ordinal, payment.amount});
  }
  const auto open = invoicing::open_amounts(demands, named, receivables.balance);
  for (std::size_t i = 0; i < open.size(); ++i) receivables.documents[i].open = open[i];
}

void read_disputed(Connection& connection, const std::vector<CustomerId>& customers,
                   ReceivablesByCustomer& all) {
  for (const Row& row : connection.query(kDisputes, {customers})) {
    const std::int64_t ordinal = row.int64("ordinal");
    for (DemandRow& document : receivables_of(all, row).documents) {
      if (document.ordinal != ordinal) continue;
      document.disputed = std::min(document.open, money_of(row, "amount"));
    }
  }
}

std::map<CustomerId, ReceivablesByCurrency> read_receivables(
    Connection& connection, std::span<const CustomerId> customers) {
  return Reading(connection, customers).read();
}

const DemandRow* find_demand(const std::map<CustomerId, ReceivablesByCurrency>& receivables,
                             CustomerId customer, std::int64_t ordinal) {
  const auto found = receivables.find(customer);
  if (found == receivables.end()) return nullptr;
  for (const auto& [code, of_currency] : found->second) {
    for (const DemandRow& document : of_currency.documents) {
      if (document.ordinal == ordinal) return &document;
    }
  }
  return nullptr;
}

Money open_at_end_of(const ReceivableRows& receivables, std::int64_t ordinal, time::Date day) {
  std::vector<invoicing::Demand> demands;
  std::vector<invoicing::NamedPayment> named;
  Money balance(receivables.balance.currency());
  for (const DemandRow& document : receivables.documents) {
    if (document.issued_on > day) continue;
    demands.push_back({document.ordinal, document.demand, document.corrects});
    balance += document.demand;
  }
  for (const PaymentRow& payment : receivables.payments) {
    if (payment.received_on > day) continue;
    balance -= payment.amount;
    if (payment.ordinal) named.push_back({*payment.ordinal, payment.amount});
  }
  const auto open = invoicing::open_amounts(demands, named, balance);
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (demands[i].ordinal == ordinal) return open[i];
  }
  return Money(balance.currency());
}

}  // namespace reckoner::store
