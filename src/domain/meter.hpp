#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/place.hpp"
#include "money/decimal.hpp"
#include "time/time.hpp"

namespace reckoner::domain {

enum class Aggregation {
  // Of the values alone: stored totals serve these.
  kSum,
  kCount,
  kMin,
  kMax,
  kAverage,
  // Of more than the values: kept by event (usage_point).
  kUniqueCount,   ///< how many different values
  kLatest,        ///< the last value; carries over
  kTimeWeighted,  ///< Σ level × time, over Meter::per; carries over
  kHeartbeat,     ///< time in which a workload reported at least every Meter::gap, over Meter::per
  kCounter,       ///< growth of a counter that only grows, or starts again at zero; carries over
  kPercentile,    ///< the value that Meter::percentile of 100 do not exceed, nearest rank
};

/// As the XML writes them, in the order of Aggregation.
inline constexpr std::array<std::string_view, 11> kAggregationNames{
    "sum",       "count",        "min",       "max",
    "avg",       "unique-count", "latest",    "time-weighted-sum",
    "heartbeat", "counter",      "percentile"};
constexpr std::string_view to_string(Aggregation aggregation) {
  return kAggregationNames[static_cast<std::size_t>(aggregation)];
}

/// Longest Meter::gap: an event of a heartbeat changes no more time than this around it.
inline constexpr std::chrono::hours kHeartbeatGapMax{24 * 7};

/// Whether quarter-hour folds (usage::Fold) give the quantity; otherwise the events' points do.
constexpr bool is_folded(Aggregation aggregation) {
  return aggregation <= Aggregation::kAverage;
}
/// Whether a value holds until the next one, so that what happened before a period counts in it.
constexpr bool carries_over(Aggregation aggregation) {
  return aggregation == Aggregation::kLatest || aggregation == Aggregation::kTimeWeighted ||
         aggregation == Aggregation::kCounter;
}

/// Filter and aggregation that turn events into a quantity with a unit.
struct Meter {
  /// A member of the event's data that divides the quantity.
  struct Dimension {
    std::string name;
    std::string path;  ///< JSONPath into the data
    friend bool operator==(const Dimension&, const Dimension&) = default;
  };
  /// What an event must be like to count for the meter.
  struct Filter {
    enum class Test { kEquals, kNotEquals, kIn, kNotIn, kLike, kExists };
    std::string path;  ///< JSONPath into the data
    Test test = Test::kEquals;
    std::vector<std::string> values;  ///< none for kExists, one but for kIn and kNotIn
    friend bool operator==(const Filter&, const Filter&) = default;
  };

  std::string name;  ///< [A-Za-z0-9][A-Za-z0-9_.-]{0,63}
  std::string event_type;
  Aggregation aggregation = Aggregation::kSum;
  std::string value;       ///< JSONPath into the data of what is measured; empty for kCount and
                           ///< where `expression` computes it
  std::string expression;  ///< S-FEEL over the members of the data: "input + 3 * output"
  std::string unit;
  std::vector<Dimension> group_by;                      ///< in the order of the file
  std::vector<Filter> filters;                          ///< all must hold
  money::Decimal percentile = 95;                       ///< of kPercentile: 0 to 100
  std::chrono::seconds per = std::chrono::hours(1);     ///< unit of time: kTimeWeighted, kHeartbeat
  std::chrono::seconds gap = std::chrono::minutes(15);  ///< kHeartbeat: longest silence that counts
  bool reports_change = false;  ///< kTimeWeighted: events say by how much the level changes
  std::string title;            ///< for people; empty: the name
  std::string description;
  std::map<std::string, std::string> metadata;  ///< of whoever made the meter; not ours to read
  std::optional<time::Instant> ends_at;         ///< counts nothing that is received from then on
  Place place;
};

}  // namespace reckoner::domain
