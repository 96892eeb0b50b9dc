#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/billing_details.hpp"
#include "text/json.hpp"

namespace reckoner::documents {

/// Who receives a document, beyond what the document itself says. Empty members are not shown.
struct Recipient {
  domain::BillingDetails billing = {};
  std::string country = {};  ///< where it is taxed: ISO 3166-1, two letters
  std::string tax_id = {};
  std::string language = {};  ///< BCP 47, "de-CH"; empty: English, with numbers as in `country`

  /// Where its letters go; empty: not known.
  const std::string& postal_country() const {
    return billing.address.country.empty() ? country : billing.address.country;
  }
  friend bool operator==(const Recipient&, const Recipient&) = default;
};

/// As it is kept with a document: members that are not empty alone. The same recipient gives the
/// same bytes.
std::string to_stored(const Recipient& recipient);
/// What to_stored() has made. Throws Error for anything else.
Recipient parse_stored_recipient(std::string_view stored);

/// The object that docs/document-json.md describes: every member, null where there is none.
void write_json(text::JsonWriter& out, const Recipient& recipient);
/// The same of an address alone; null where it is empty.
void write_json(text::JsonWriter& out, const domain::PostalAddress& address);

/// The lines of an address as letters of its country have them, without the country: postal code
/// before the city, or behind it with the subdivision (AU, CA, US), or on a line of its own (GB,
/// IE). UPU S42, and the Universal Postal Union's pages on each country's addressing.
std::vector<std::string> address_lines(const domain::PostalAddress& address,
                                       std::string_view country);

}  // namespace reckoner::documents
