#include "web/customer_balances.hpp"

#include <algorithm>
#include <array>

#include "web/customer_costs.hpp"

namespace reckoner::web {

namespace {

/// As the last document that asks for money says it.
std::optional<money::Decimal> credit_limit_of(const store::ReceivableRows& receivables) {
  const auto last = std::find_if(receivables.documents.rbegin(), receivables.documents.rend(),
                                 [](const store::DemandRow& document) {
                                   return document.kind != domain::DocumentKind::kShowback;
                                 });
  return last == receivables.documents.rend() ? std::nullopt : last->credit_limit;
}

}  // namespace

store::ReceivablesByCurrency read_receivables(CustomerSession& session) {
  return read_receivables(session.connection(), session.customer());
}

store::ReceivablesByCurrency read_receivables(store::Connection& connection, CustomerId customer) {
  const std::array<CustomerId, 1> customers{customer};
  return std::move(store::read_receivables(connection, customers)[customer]);
}

std::string_view state_of(const store::DemandRow& document, time::Date today) {
  if (document.voided) return "void";
  if (document.kind == domain::DocumentKind::kCreditNote) return "credit";
  if (document.kind == domain::DocumentKind::kShowback) return "shown";
  if (document.open.is_zero()) return "paid";
  return document.overdue(today).is_zero() ? "open" : "overdue";
}

void write_balance(text::JsonWriter& json, const store::ReceivableRows& receivables,
                   time::Date today) {
  money::Money overdue(receivables.balance.currency());
  for (const store::DemandRow& document : receivables.documents) {
    overdue += document.overdue(today);
  }
  json.begin_object().key("currency").string(receivables.balance.currency().code());
  json.key("balance").string(receivables.balance.to_string());
  json.key("overdue").string(overdue.to_string()).key("credit_limit");
  const auto limit = credit_limit_of(receivables);
  limit ? json.string(money::Money(*limit, receivables.balance.currency()).to_string())
        : json.null();
  json.key("open").begin_array();
  for (const store::DemandRow& document : receivables.documents) {
    if (document.open.is_zero()) continue;
    json.begin_object().key("number").string(document.number);
    json.key("issued_on").string(time::to_string(document.issued_on));
    json.key("due_on").string(time::to_string(document.due_on));
    json.key("total").string(document.total.to_string());
    json.key("open_amount").string(document.open.to_string());
    json.key("overdue").boolean(!document.overdue(today).is_zero()).end_object();
  }
  json.end_array().end_object();
}

}  // namespace reckoner::web
