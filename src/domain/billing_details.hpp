#pragma once

#include <string>
#include <vector>

namespace reckoner::domain {

/// Where letters reach somebody. Members may be empty.
struct PostalAddress {
  static constexpr std::size_t kStreetLinesMax = 3;

  std::vector<std::string> street;  ///< lines, at most kStreetLinesMax
  std::string city;
  std::string postal_code;
  std::string subdivision;  ///< state, province or canton
  std::string country;      ///< ISO 3166-1, two letters; empty: the one where the customer is taxed

  bool empty() const {
    return street.empty() && city.empty() && postal_code.empty() && subdivision.empty() &&
           country.empty();
  }
  friend bool operator==(const PostalAddress&, const PostalAddress&) = default;
};

/// What a customer wants to find on its documents. No amount and no tax depends on it.
struct BillingDetails {
  PostalAddress address = {};
  std::string buyer_reference = {};  ///< by which the buyer hands it on inside (EN 16931, BT-10)
  std::string purchase_order = {};   ///< the buyer's number for what it ordered (BT-13)

  friend bool operator==(const BillingDetails&, const BillingDetails&) = default;
};

}  // namespace reckoner::domain
