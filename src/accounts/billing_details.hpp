#pragma once

// What people write about a customer's billing details.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/billing_details.hpp"

namespace reckoner::accounts {

/// What an import of customers says: members that are said; an empty one takes away what there was.
struct SaidDetails {
  std::optional<std::vector<std::string>> street = std::nullopt;
  std::optional<std::string> city = std::nullopt;
  std::optional<std::string> postal_code = std::nullopt;
  std::optional<std::string> subdivision = std::nullopt;
  std::optional<std::string> country = std::nullopt;
  std::optional<std::string> buyer_reference = std::nullopt;
  std::optional<std::string> purchase_order = std::nullopt;

  /// Those details with what is said in their place.
  domain::BillingDetails said_of(domain::BillingDetails details) const;
};

// What stands in a field; "-" is nothing. All throw Error for what cannot be used.

/// Lines divided by semicolons, at most domain::PostalAddress::kStreetLinesMax, each as
/// parse_detail has it.
std::vector<std::string> parse_street(std::string_view value);
/// One line of up to 200 bytes, without blanks at its ends.
std::string parse_detail(std::string_view value);
std::string parse_address_country(std::string_view value);

}  // namespace reckoner::accounts
