#include "usage/series.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "base/error.hpp"
#include "usage/level.hpp"
#include "usage/percentile.hpp"

namespace reckoner::usage {

namespace {

using domain::Aggregation;
using std::chrono::microseconds;

/// The points of a series as one window sees them.
struct View {
  std::span<const Point> before;
  std::span<const Point> within;
  std::span<const Point> behind;
};

View view_of(std::span<const Point> points, const time::Period& window) {
  const auto begin = std::partition_point(points.begin(), points.end(), [&](const Point& point) {
    return point.occurred_at < window.starts_at;
  });
  const auto end = std::partition_point(
      begin, points.end(), [&](const Point& point) { return point.occurred_at < window.ends_at; });
  return {{points.begin(), begin}, {begin, end}, {end, points.end()}};
}

money::Ratio over(const money::Decimal& time, std::chrono::seconds unit) {
  return money::Ratio(time, std::int64_t{microseconds(unit).count()});
}

/// Series that say by how much a level changes, as series that say what it is.
std::vector<Series> stated(std::span<const Series> changes) {
  std::vector<Series> levels(changes.begin(), changes.end());
  for (Series& series : levels) {
    money::Decimal level;
    for (Point& point : series.points) point.value = level += point.value;
  }
  return levels;
}

std::optional<money::Ratio> unique(const time::Period& window, std::span<const Series> series) {
  std::set<std::string_view> items;
  for (const Series& one : series) {
    for (const Point& point : view_of(one.points, window).within) items.insert(point.item);
  }
  return money::Decimal(static_cast<std::int64_t>(items.size()));
}

std::optional<money::Ratio> percentile(const domain::Meter& meter, const time::Period& window,
                                       std::span<const Series> series) {
  Distribution values;
  for (const Series& one : series) {
    for (const Point& point : view_of(one.points, window).within) values.add(point.value);
  }
  const auto value = values.percentile(meter.percentile);
  return value ? std::optional<money::Ratio>(*value) : std::nullopt;
}

/// The sum over the series of what each measured.
template <class Measure>
std::optional<money::Ratio> sum(const time::Period& window, std::span<const Series> series,
                                const Measure& measure) {
  std::optional<money::Ratio> sum;
  for (const Series& one : series) {
    const std::optional<money::Ratio> measured = measure(view_of(one.points, window));
    if (measured) sum = sum ? *sum + *measured : *measured;
  }
  return sum;
}

std::optional<money::Ratio> last_of(const View& view) {
  if (!view.within.empty()) return view.within.back().value;
  if (!view.before.empty()) return view.before.back().value;
  return std::nullopt;
}

std::optional<money::Ratio> level_time(const View& view, const time::Period& window,
                                       std::chrono::seconds unit) {
  if (view.before.empty() && view.within.empty()) return std::nullopt;
  StatedLevel level;
  for (const Point& point : view.within) level.add(point.occurred_at, point.value);
  return level.over_time(window, view.before.empty() ? money::Decimal(0) : view.before.back().value,
                         unit);
}

std::optional<money::Ratio> growth(const View& view) {
  if (view.before.empty() && view.within.empty()) return std::nullopt;
  const Point* last = view.before.empty() ? nullptr : &view.before.back();
  money::Decimal grown;
  for (const Point& point : view.within) {
    if (last != nullptr) {
      grown += point.value < last->value ? point.value : point.value - last->value;
    }
    last = &point;
  }
  return grown;
}

std::optional<money::Ratio> running_time(const View& view, const time::Period& window,
                                         const domain::Meter& meter) {
  microseconds running{0};
  const Point* last = view.before.empty() ? nullptr : &view.before.back();
  bool is_known = !view.within.empty();
  const auto run_to = [&](const Point& point) {
    if (last != nullptr && point.occurred_at - last->occurred_at <= meter.gap) {
      const time::Period run = time::intersection({last->occurred_at, point.occurred_at}, window);
      if (!run.empty()) {
        running += run.length();
        is_known = true;
      }
    }
    last = &point;
  };
  for (const Point& point : view.within) run_to(point);
  if (!view.behind.empty()) run_to(view.behind.front());
  if (!is_known) return std::nullopt;
  return over(std::int64_t{running.count()}, meter.per);
}

std::optional<money::Ratio> measured(const domain::Meter& meter, const time::Period& window,
                                     std::span<const Series> series) {
  switch (meter.aggregation) {
    case Aggregation::kUniqueCount:
      return unique(window, series);
    case Aggregation::kPercentile:
      return percentile(meter, window, series);
    case Aggregation::kLatest:
      return sum(window, series, last_of);
    case Aggregation::kTimeWeighted:
      return sum(window, series,
                 [&](const View& view) { return level_time(view, window, meter.per); });
    case Aggregation::kHeartbeat:
      return sum(window, series,
                 [&](const View& view) { return running_time(view, window, meter); });
    case Aggregation::kCounter:
      return sum(window, series, growth);
    default:
      throw Bug("a meter of folds measures by them");
  }
}

}  // namespace

bool comes_before(const Point& a, const Point& b) {
  return std::tie(a.occurred_at, a.batch_id, a.seq) < std::tie(b.occurred_at, b.batch_id, b.seq);
}

bool needs_last_before(const domain::Meter& meter) {
  return domain::carries_over(meter.aggregation) && !needs_sum_before(meter);
}

bool needs_sum_before(const domain::Meter& meter) {
  return meter.aggregation == Aggregation::kTimeWeighted && meter.reports_change;
}

std::chrono::seconds reach_of(const domain::Meter& meter) {
  return meter.aggregation == Aggregation::kHeartbeat ? meter.gap : std::chrono::seconds(0);
}

std::vector<std::optional<money::Ratio>> values_of(const domain::Meter& meter,
                                                   std::span<const time::Period> windows,
                                                   std::span<const Series> series) {
  std::vector<Series> levels;
  if (needs_sum_before(meter)) {
    levels = stated(series);
    series = levels;
  }
  std::vector<std::optional<money::Ratio>> values;
  values.reserve(windows.size());
  for (const time::Period& window : windows) values.push_back(measured(meter, window, series));
  return values;
}

std::optional<money::Ratio> value_of(const domain::Meter& meter, const time::Period& period,
                                     std::span<const Series> series) {
  return values_of(meter, std::span(&period, 1), series).front();
}

}  // namespace reckoner::usage
