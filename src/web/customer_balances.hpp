#pragma once

#include <string_view>

#include "store/receivable_rows.hpp"
#include "text/json.hpp"
#include "web/customer_session.hpp"

namespace reckoner::web {

/// What the customer owes, by currency code; empty for one without documents and payments.
store::ReceivablesByCurrency read_receivables(CustomerSession& session);
/// The same of a customer whom the connection may read.
store::ReceivablesByCurrency read_receivables(store::Connection& connection, CustomerId customer);

/// "open", "overdue", "paid", "void", "credit", "shown".
std::string_view state_of(const store::DemandRow& document, time::Date today);

/// The schema Balance.
void write_balance(text::JsonWriter& json, const store::ReceivableRows& receivables,
                   time::Date today);

}  // namespace reckoner::web
