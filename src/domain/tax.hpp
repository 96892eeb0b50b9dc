#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/place.hpp"
#include "money/decimal.hpp"
#include "time/time.hpp"

namespace reckoner::domain {

/// The rate of one tax category in one country from a day on, until the next row of the same two.
struct TaxRate {
  std::string country;   ///< ISO 3166-1, two letters
  std::string category;  ///< "standard", "reduced", …
  money::Decimal percent;
  std::optional<time::Date> from;  ///< none: always, until the next row
  Place place;
};

/// The tax rules of a configuration version. Without a home country nothing is taxed.
struct TaxRules {
  std::string home;                      ///< the legal entity's country; empty: nothing is taxed
  std::set<std::string> reverse_charge;  ///< countries whose businesses owe the tax themselves
  std::vector<TaxRate> rates;            ///< of one country and category ascending by `from`
};

}  // namespace reckoner::domain
