#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/margin.hpp"
#include "text/csv.hpp"
#include "text/json.hpp"

namespace reckoner::web {

/// "customer,plan": what margins are told by; "" is all three. Throws UsageError.
std::set<engine::MarginBy> margin_by(std::string_view text);

/// The schema Margins.
void write_json(text::JsonWriter& json, const std::string& month,
                const std::vector<engine::MarginRow>& rows);
void write_csv(text::CsvWriter& csv, const std::string& month,
               const std::vector<engine::MarginRow>& rows);

/// The margin in percent of what is billed, with two digits; "" where nothing is.
std::string margin_percent(const engine::MarginRow& row);

}  // namespace reckoner::web
