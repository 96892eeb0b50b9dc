#include "web/collective_statement.hpp"

#include "accounts/closings.hpp"

namespace reckoner::web {

CollectiveStatement collective_statement(store::Connection& connection,
                                         const std::vector<accounts::Below>& subtree,
                                         const std::string& month, const LookAt& look_at) {
  std::map<std::string, CollectiveStatement::Sum> sums;
  for (const accounts::Below& one : subtree) {
    look_at(one);
    for (auto& [code, receivables] : read_receivables(connection, one.customer)) {
      const money::Money zero(receivables.balance.currency());
      for (store::DemandRow& document : receivables.documents) {
        if (accounts::month_label(document.issued_on) != month) continue;
        if (document.kind == domain::DocumentKind::kShowback) continue;
        CollectiveStatement::Sum& sum =
            sums.try_emplace(code, CollectiveStatement::Sum{zero, zero, {}}).first->second;
        sum.total += document.total;
        sum.to_pay += document.open;
        sum.documents.push_back({one.key, std::move(document)});
      }
    }
  }
  CollectiveStatement statement{subtree.front().key, month, {}};
  for (auto& [code, sum] : sums) statement.sums.push_back(std::move(sum));
  return statement;
}

void write_json(text::JsonWriter& json, const CollectiveStatement& statement, time::Date today) {
  json.begin_object().key("customer").string(statement.customer);
  json.key("month").string(statement.month).key("items").begin_array();
  for (const CollectiveStatement::Sum& sum : statement.sums) {
    json.begin_object().key("currency").string(sum.total.currency().code());
    json.key("documents").begin_array();
    for (const auto& [customer, document] : sum.documents) {
      json.begin_object().key("customer").string(customer);
      json.key("number").string(document.number);
      json.key("kind").string(domain::to_string(document.kind));
      json.key("state").string(state_of(document, today));
      json.key("issued_on").string(time::to_string(document.issued_on));
      json.key("due_on").string(time::to_string(document.due_on));
      json.key("total").string(document.total.to_string());
      json.key("open_amount").string(document.open.to_string()).end_object();
    }
    json.end_array().key("total").string(sum.total.to_string());
    json.key("to_pay").string(sum.to_pay.to_string()).end_object();
  }
  json.end_array().end_object();
}

void write_csv(text::CsvWriter& csv, const CollectiveStatement& statement, time::Date today) {
  for (const char* title : {"customer", "number", "kind", "state", "issued_on", "due_on",
                            "currency", "total", "open_amount"}) {
    csv.text(title);
  }
  csv.end_row();
  for (const CollectiveStatement::Sum& sum : statement.sums) {
    for (const auto& [customer, document] : sum.documents) {
      csv.text(customer).text(document.number).text(domain::to_string(document.kind));
      csv.text(state_of(document, today)).text(time::to_string(document.issued_on));
      csv.text(time::to_string(document.due_on)).text(document.total.currency().code());
      csv.number(document.total.to_string()).number(document.open.to_string()).end_row();
    }
  }
}

}  // namespace reckoner::web
