#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "invoicing/receivables.hpp"
#include "text/json.hpp"
#include "web/customer_session.hpp"

namespace reckoner::web {

/// What the customer's documents ask for, and what is left of it.
struct Receivable {
  std::int64_t ordinal = 0;
  std::string number;
  domain::DocumentKind kind = domain::DocumentKind::kInvoice;
  time::Date issued_on;
  time::Date due_on;
  money::Money total;
  money::Money open;
  bool voided = false;
};

struct Receivables {
  money::Money balance;  ///< below zero: the customer's credit
  std::optional<money::Decimal> credit_limit;
  std::vector<Receivable> documents;  ///< in the order of issue
};

/// All of them, by currency code.
std::map<std::string, Receivables> read_receivables(CustomerSession& session);
/// Of a customer whom the connection may read.
std::map<std::string, Receivables> read_receivables(store::Connection& connection,
                                                    CustomerId customer);

/// "open", "overdue", "paid", "void", "credit", "shown".
std::string_view state_of(const Receivable& document, time::Date today);

/// The schema Balance.
void write_balance(text::JsonWriter& json, const Receivables& receivables, time::Date today);

}  // namespace reckoner::web
