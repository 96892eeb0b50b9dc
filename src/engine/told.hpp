#pragma once

// Inside of engine: what alerts of customers and of cost centres have in common.

#include <algorithm>
#include <string>
#include <vector>

#include "insight/budget.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// What a row with the columns currency, charge, basis, limit_amount, budget_amount, percent and
/// spent says.
insight::Reached reached_of(const store::Row& row);

/// The members of the open object that say what was reached and told; `words` for people.
void write_told(text::JsonWriter& json, std::int64_t number, const std::string& month,
                time::Instant told_at, const insight::Reached& reached, const std::string& words);

/// Whether the month's threshold is among those that were told: a limit of a charge, on one basis.
/// All are of one customer or cost centre.
template <class Told>
bool was_told(const std::vector<Told>& told, const Told& alert) {
  return std::ranges::any_of(told, [&](const Told& other) {
    return other.month == alert.month && other.reached.charge == alert.reached.charge &&
           other.reached.limit.currency() == alert.reached.limit.currency() &&
           other.reached.limit == alert.reached.limit &&
           other.reached.threshold.basis == alert.reached.threshold.basis;
  });
}

}  // namespace reckoner::engine
