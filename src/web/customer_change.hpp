#pragma once

#include <functional>
#include <string>

#include "accounts/changes.hpp"
#include "engine/versions.hpp"
#include "web/http.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

/// What a change is made with; all of it outlives the call.
struct ChangeScene {
  store::Connection& connection;  ///< in a transaction that encloses that of the change
  engine::Versions& versions;
  const accounts::ChangeRules& rules;
  CustomerId customer;
  std::string key;
};

/// A change of a customer as a request asks for it (schema CustomerChange).
struct CustomerChange {
  std::string kind;  ///< "change-plan"
  /// Throws Error for one that cannot be.
  std::function<accounts::Changed(const ChangeScene&)> make;
};

/// Throws Problem 400 for what cannot be read.
CustomerChange read_change(const Request& request);

/// Who a customer is, of the members of schema NewCustomer that are there.
accounts::CustomerTerms customer_terms(const RequestObject& body);

}  // namespace reckoner::web
