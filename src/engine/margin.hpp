#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "money/money.hpp"

namespace reckoner::engine {

/// What something brought in a month, and what it cost (docs/margin.md).
struct MarginRow {
  std::string customer;  ///< key; empty: over all
  std::string plan;      ///< empty: over all, or none
  std::string charge;    ///< empty: over all
  money::Money billed;   ///< before tax and coupons
  money::Money shown;    ///< in showback documents
  money::Money cost;     ///< of suppliers, and shares of cost pools

  /// Of what is billed; below zero: a loss.
  money::Money margin() const { return billed - cost; }
};

enum class MarginBy { kCustomer, kPlan, kCharge };

/// By customer, plan and charge, in that order, of the periods labelled so ("2026-10"); inside a
/// snapshot. Quantities are those that lines were priced by. What suppliers ask for in another
/// currency than a line's is a row of its own, without revenue. Throws Error where no configuration
/// is active, and for a quantity that no supplier's price covers.
std::vector<MarginRow> margins(store::Connection& connection, Versions& versions,
                               const std::string& month);

/// The same summed over whatever is not in `by`.
std::vector<MarginRow> margins_by(const std::vector<MarginRow>& rows, const std::set<MarginBy>& by);

}  // namespace reckoner::engine
