#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/meter.hpp"
#include "money/decimal.hpp"
#include "time/time.hpp"

/// Quantities of the aggregations that look at more than a Fold keeps: domain::is_folded is false.
namespace reckoner::usage {

/// What one event said.
struct Point {
  time::Instant occurred_at;
  std::int64_t batch_id = 0;  ///< with seq the order of arrival
  std::int32_t seq = 0;
  money::Decimal value;  ///< 0 where only the item counts
  std::string item;      ///< what a unique count tells apart
};

/// By the time it occurred, and of one instant by arrival.
bool comes_before(const Point& a, const Point& b);

/// Events of one subject with one set of dimensions: a level, counter or workload of its own.
struct Series {
  std::string subject;
  std::string dimensions;
  std::vector<Point> points;  ///< ordered by comes_before
};

/// How much before and behind a period a series must reach beyond the points within it; more may be
/// there and changes nothing.
///   latest, levels, counters    the last point before
///   levels by their changes     all points before, or one whose value is their sum
///   heartbeats                  the last point before and the first behind, as far as Meter::gap
///   unique counts, percentiles  nothing
bool needs_last_before(const domain::Meter& meter);
bool needs_sum_before(const domain::Meter& meter);
/// Zero but for heartbeats.
std::chrono::seconds reach_of(const domain::Meter& meter);

/// What the meter measured in each window, each a period of its own:
///   unique count       different items of all series; 0 where there is none
///   percentile         of the values of all series
///   latest             Σ over the series of the last value, of the window or before
///   time-weighted sum  Σ of level × time, over Meter::per; before its first point a level is 0
///   heartbeat          Σ of the time between points no more than Meter::gap apart, over Meter::per
///   counter            Σ of growth from point to point; a value below the one before is growth
///   from
///                      zero; the first point of a series grows nothing
/// The last three add up: two windows that meet measure what both measure as one. None where
/// nothing was measured. Exact. Throws Error for a figure that does not fit a Decimal; a folded
/// meter is a Bug.
std::vector<std::optional<money::Ratio>> values_of(const domain::Meter& meter,
                                                   std::span<const time::Period> windows,
                                                   std::span<const Series> series);

/// The same of one period.
std::optional<money::Ratio> value_of(const domain::Meter& meter, const time::Period& period,
                                     std::span<const Series> series);

}  // namespace reckoner::usage
