#pragma once

// Inside of store: what readers of receivables share.

#include <map>
#include <string_view>
#include <vector>

#include "store/receivable_rows.hpp"

namespace reckoner::store {

using ReceivablesByCustomer = std::map<CustomerId, ReceivablesByCurrency>;

/// Of a row with the column currency.
money::Money money_of(const Row& row, std::string_view column);
/// What is read of the row's customer in the row's currency; made where it is the first.
ReceivableRows& receivables_of(ReceivablesByCustomer& all, const Row& row);
/// A document as a demand of which nothing is open.
DemandRow demand_of(const Row& row, std::string number);

void read_balances(Connection& connection, const std::vector<CustomerId>& customers,
                   ReceivablesByCustomer& all);
/// Says of each document what is open of it, by the payments and the balance.
void find_open(ReceivableRows& receivables);
/// Says of each document what open disputes have of it, once it is known what is open.
void read_disputed(Connection& connection, const std::vector<CustomerId>& customers,
                   ReceivablesByCustomer& all);

}  // namespace reckoner::store
