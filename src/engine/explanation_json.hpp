#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/explain.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// A quotient for a pocket calculator: exact where it ends within 12 digits, else cut with "…".
std::string shown(const money::Ratio& exact);

/// "half away from zero", "half to even".
std::string_view words(money::Rounding rounding);

/// In words: what stood in for the plan's figures, and since when its prices hold.
std::vector<std::string> notes_of(const invoicing::ChargeFacts& facts);

/// The schema Explanation of the API. `next` is the cursor of more events; none: null.
void write_json(text::JsonWriter& json, const Explanation& explanation,
                const std::optional<std::string>& next = std::nullopt);

}  // namespace reckoner::engine
