#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "engine/work.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// What a run issues unasked (settings billing.bounds.*). What goes beyond is held until somebody
/// approves. 0: no such bound.
struct Bounds {
  std::int64_t documents_per_day = 0;
  std::int64_t lines_per_document = 0;
  std::int64_t total_times = 0;  ///< of the mean of the customer's documents of the last year
  money::Decimal total_floor;    ///< totals up to this, in the document's currency, are never held
};
Bounds bounds_of(const config::Settings& settings);

/// A customer's documents of one currency that were issued in the year before and were not 0.00.
struct BilledBefore {
  std::int64_t documents = 0;
  money::Decimal total;  ///< sum of their totals, each without its sign
};

/// Why the document's total is out of all proportion: without its sign above the floor, and above
/// so many times the mean of what was billed before, for each billing period that it bills for the
/// first time. None when it is in order, and where nothing was billed before.
std::optional<std::string> beyond_mean(const domain::Document& document, const BilledBefore& before,
                                       const Bounds& bounds);

/// Why the documents of customers go beyond the bounds, by customer. The documents have ordinals
/// and a day of issue; the customers are locked. Asks the database only where a bound may be met.
std::map<CustomerId, std::vector<std::string>> beyond_bounds(
    store::Connection& connection, const Bounds& bounds, std::span<const DocumentWork> documents);

}  // namespace reckoner::engine
