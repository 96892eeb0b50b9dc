#include "web/customer_balances.hpp"

#include "web/customer_costs.hpp"

namespace reckoner::web {

namespace {

constexpr store::Statement kDocuments{"api.receivables", R"(
  select d.ordinal, d.kind, d.currency, d.issued_on, d.due_on, d.total, d.total - d.credits_total as demand,
         d.corrects, d.credit_limit, v.ordinal is not null as voided
    from document d
    left join document_void v on v.customer_id = d.customer_id and v.ordinal = d.ordinal
   where d.customer_id = $1 order by d.ordinal)"};
constexpr store::Statement kNumbers{"api.numbers_of_customer", R"(
  select ordinal, number from issued where customer_id = $1)"};
constexpr store::Statement kPayments{"api.payments_by_document", R"(
  select currency, document, amount from payment where customer_id = $1 and document <> ''
   order by payment)"};
constexpr store::Statement kBalances{"api.balances", R"(
  select currency, balance from customer_balance where customer_id = $1 order by currency)"};

struct Demands {
  std::vector<invoicing::Demand> demands;
  std::vector<invoicing::NamedPayment> named;
};

Receivables& of_currency(std::map<std::string, Receivables>& all, const std::string& code) {
  const money::Money zero(money::Currency::of(code));
  return all.try_emplace(code, Receivables{zero, std::nullopt, {}}).first->second;
}

}  // namespace

std::map<std::string, Receivables> read_receivables(CustomerSession& session) {
  return read_receivables(session.connection(), session.customer());
}

std::map<std::string, Receivables> read_receivables(store::Connection& connection,
                                                    CustomerId customer) {
  std::map<std::string, Receivables> all;
  std::map<std::string, Demands> demands;
  std::map<std::int64_t, std::string> numbers;
  std::map<std::string, std::int64_t, std::less<>> ordinals;
  for (const store::Row& row : connection.query(kNumbers, {customer})) {
    numbers.emplace(row.int64("ordinal"), row.text("number"));
    ordinals.emplace(row.text("number"), row.int64("ordinal"));
  }
  for (const store::Row& row : connection.query(kBalances, {customer})) {
    Receivables& receivables = of_currency(all, row.text("currency"));
    receivables.balance = money::Money(row.decimal("balance"), receivables.balance.currency());
  }
  for (const store::Row& row : connection.query(kDocuments, {customer})) {
    Receivables& receivables = of_currency(all, row.text("currency"));
    const money::Currency currency = receivables.balance.currency();
    const domain::DocumentKind kind = domain::parse_document_kind(row.text("kind"));
    if (kind != domain::DocumentKind::kShowback) {
      receivables.credit_limit = row.optional_decimal("credit_limit");
    }
    const std::int64_t ordinal = row.int64("ordinal");
    receivables.documents.push_back({.ordinal = ordinal,
                                     .number = numbers[ordinal],
                                     .kind = kind,
                                     .issued_on = row.date("issued_on"),
                                     .due_on = row.date("due_on"),
                                     .total = money::Money(row.decimal("total"), currency),
                                     .open = money::Money(currency),
                                     .voided = row.boolean("voided")});
    demands[row.text("currency")].demands.push_back(
        {ordinal, money::Money(row.decimal("demand"), currency), row.optional_int64("corrects")});
  }
  for (const store::Row& row : connection.query(kPayments, {customer})) {
    const auto named = ordinals.find(row.text("document"));
    const auto currency = all.find(row.text("currency"));
    if (named == ordinals.end() || currency == all.end()) continue;
    demands[currency->first].named.push_back(
        {named->second, money::Money(row.decimal("amount"), currency->second.balance.currency())});
  }
  for (auto& [code, receivables] : all) {
    const Demands& of = demands[code];
    const auto open = invoicing::open_amounts(of.demands, of.named, receivables.balance);
    for (std::size_t i = 0; i < open.size(); ++i) receivables.documents[i].open = open[i];
  }
  return all;
}

std::string_view state_of(const Receivable& document, time::Date today) {
  if (document.voided) return "void";
  if (document.kind == domain::DocumentKind::kCreditNote) return "credit";
  if (document.kind == domain::DocumentKind::kShowback) return "shown";
  if (document.open.is_zero()) return "paid";
  return document.due_on < today ? "overdue" : "open";
}

void write_balance(text::JsonWriter& json, const Receivables& receivables, time::Date today) {
  money::Money overdue(receivables.balance.currency());
  for (const Receivable& document : receivables.documents) {
    if (document.due_on < today) overdue += document.open;
  }
  json.begin_object().key("currency").string(receivables.balance.currency().code());
  json.key("balance").string(receivables.balance.to_string());
  json.key("overdue").string(overdue.to_string()).key("credit_limit");
  const auto& limit = receivables.credit_limit;
  limit ? json.string(money::Money(*limit, receivables.balance.currency()).to_string())
        : json.null();
  json.key("open").begin_array();
  for (const Receivable& document : receivables.documents) {
    if (document.open.is_zero()) continue;
    json.begin_object().key("number").string(document.number);
    json.key("issued_on").string(time::to_string(document.issued_on));
    json.key("due_on").string(time::to_string(document.due_on));
    json.key("total").string(document.total.to_string());
    json.key("open_amount").string(document.open.to_string());
    json.key("overdue").boolean(document.due_on < today).end_object();
  }
  json.end_array().end_object();
}

}  // namespace reckoner::web
