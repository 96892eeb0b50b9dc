#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/legal_entity.hpp"

namespace reckoner::documents {

/// The legal entity that issues documents, as it signs them. Empty members are not shown.
struct Issuer {
  std::string name;
  std::vector<std::string> address;  ///< lines, from the street to the country
  std::string tax_id;                ///< as printed: "VAT DE123456789"
  std::string email;                 ///< whom a customer writes to
};

inline Issuer issuer_of(const domain::LegalEntity& entity, std::string email = {}) {
  return {.name = entity.name,
          .address = entity.address,
          .tax_id = entity.tax_id,
          .email = std::move(email)};
}

}  // namespace reckoner::documents
