#pragma once

// Inside of engine: what alerts of customers and of cost centres have in common.

#include <string>

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

}  // namespace reckoner::engine
