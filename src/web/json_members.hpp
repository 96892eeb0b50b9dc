#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "money/money.hpp"
#include "text/json.hpp"
#include "time/time.hpp"

namespace reckoner::web {

// Members of answers, with their names; null where there is nothing.

/// Null for an empty text.
void write_text_or_null(text::JsonWriter& json, std::string_view name, const std::string& text);
void write_instant(text::JsonWriter& json, std::string_view name,
                   const std::optional<time::Instant>& instant);
void write_day(text::JsonWriter& json, std::string_view name, const std::optional<time::Date>& day);
void write_decimal(text::JsonWriter& json, std::string_view name,
                   const std::optional<money::Decimal>& decimal);
void write_number_or_null(text::JsonWriter& json, std::string_view name,
                          const std::optional<std::int64_t>& number);
void write_texts(text::JsonWriter& json, std::string_view name,
                 const std::vector<std::string>& texts);

/// The value {amount, currency}.
void write_money(text::JsonWriter& json, const money::Money& money);

}  // namespace reckoner::web
