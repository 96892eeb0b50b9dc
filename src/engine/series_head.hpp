#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/check_outcome.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// How far a series has come in a year: kept elsewhere, it proves later that what was issued by
/// then is all still there and says the same. (A chain alone does not miss a tail that was cut.)
struct SeriesHead {
  std::string series;
  std::int64_t year = 0;  ///< 0: the series counts through
  std::int64_t count = 0;
  std::string last_number;
  std::string chain_hash;  ///< hexadecimal
  friend bool operator==(const SeriesHead&, const SeriesHead&) = default;
};

/// By series and year.
std::vector<SeriesHead> series_heads(store::Connection& connection);

/// {"series":[{"series":…,"year":…,"count":…,"last_number":…,"chain_hash":…},…]}
void write_json(text::JsonWriter& json, const std::vector<SeriesHead>& heads);
/// Throws Error for anything else.
std::vector<SeriesHead> parse_series_heads(std::string_view json);

/// Whether the series of the database are those heads' continuations: the link at the place of each
/// head is the head's. (That the links before it are right, the audit proves.)
store::CheckOutcome check_continuation(store::Connection& connection,
                                       const std::vector<SeriesHead>& heads);

}  // namespace reckoner::engine
