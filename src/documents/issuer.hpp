#pragma once

#include <string>
#include <vector>

namespace reckoner::documents {

/// The legal entity that issues documents, as it signs them. Empty members are not shown.
struct Issuer {
  std::string name;
  std::vector<std::string> address;  ///< lines, from the street to the country
  std::string tax_id;                ///< as printed: "VAT DE123456789"
  std::string email;                 ///< whom a customer writes to
};

}  // namespace reckoner::documents
