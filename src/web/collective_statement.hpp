#pragma once

#include <string>
#include <vector>

#include "web/customer_balances.hpp"
#include "web/roll_up_report.hpp"

namespace reckoner::web {

/// What a customer and all below it were billed by documents issued in a month, with one sum to pay
/// a currency. The documents stay the ones that are taxed, numbered and booked.
struct CollectiveStatement {
  struct Document {
    std::string customer;  ///< key
    store::DemandRow document;
  };
  struct Sum {
    money::Money total;
    money::Money to_pay;              ///< what is open of them now
    std::vector<Document> documents;  ///< by customer in the order of the tree, then as issued
  };
  std::string customer;
  std::string month;      ///< "2026-11"
  std::vector<Sum> sums;  ///< by currency
};

/// Showback documents are left out: they ask for nothing. Inside a snapshot.
CollectiveStatement collective_statement(store::Connection& connection,
                                         const std::vector<accounts::Below>& subtree,
                                         const std::string& month, const LookAt& look_at);

/// The schema CollectiveStatement; states are those of `today`.
void write_json(text::JsonWriter& json, const CollectiveStatement& statement, time::Date today);
void write_csv(text::CsvWriter& csv, const CollectiveStatement& statement, time::Date today);

}  // namespace reckoner::web
