#pragma once

#include <map>
#include <vector>

#include "base/id.hpp"
#include "domain/billing_details.hpp"
#include "store/connection.hpp"

namespace reckoner::store {

/// Of a row that has the columns of `customer` of these names: street, city, postal_code,
/// subdivision, address_country, buyer_reference, purchase_order.
domain::BillingDetails billing_details_of(const Row& row);

/// Of the customers that there are, in one query.
std::map<CustomerId, domain::BillingDetails> read_billing_details(
    Connection& connection, const std::vector<CustomerId>& customers);

/// Sets them for customers that are there, in one statement.
void write_billing_details(Connection& connection,
                           const std::map<CustomerId, domain::BillingDetails>& details);

}  // namespace reckoner::store
