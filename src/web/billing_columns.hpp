#pragma once

#include <map>
#include <string>

#include "web/request_object.hpp"

namespace reckoner::web {

/// Columns of an import of customers (CustomerTerms::billing_details) of the members address,
/// buyer_reference and purchase_order that are there; null takes away. An address is said whole.
/// Throws Problem 400 with an item for each member that cannot be used ("address.street[1]").
std::map<std::string, std::string> billing_columns(const RequestObject& body);

}  // namespace reckoner::web
