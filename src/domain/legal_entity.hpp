#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "domain/place.hpp"
#include "time/time.hpp"

namespace reckoner::domain {

/// A company that issues documents under its own name and keeps its own books.
struct LegalEntity {
  std::string id;                       ///< empty: the default one, which has no element of its own
  std::string name;                     ///< as printed; may be empty
  std::vector<std::string> address;     ///< lines, from the street to the country
  std::string tax_id;                   ///< as printed; may be empty
  time::Zone zone = time::Zone::utc();  ///< of issue days, and so of the year in numbers
  std::string invoice_pattern;          ///< number pattern, with {entity} filled in
  std::string credit_note_pattern;      ///< likewise; no two of all entities can coincide
  std::string showback_pattern;         ///< likewise: that of invoices behind "SB-"
  std::chrono::seconds payment_terms{0};  ///< from the day of issue to the due day
  Place place;
};

/// What people write and read for the default entity, whose id is empty.
inline constexpr std::string_view kDefaultEntity = "default";

inline std::string_view shown_entity(std::string_view id) {
  return id.empty() ? kDefaultEntity : id;
}

}  // namespace reckoner::domain
