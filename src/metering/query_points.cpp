#include "metering/query_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "usage/bucket.hpp"
#include "usage/fold.hpp"
#include "usage/series.hpp"

namespace reckoner::metering {

namespace {

using domain::Aggregation;

constexpr store::Statement kOpenPoints{"metering.open_query_points", R"(
  declare query_points no scroll cursor for
  select p.customer_id, p.subject, p.dimensions, p.occurred_at, p.batch_id, p.seq, p.value, p.item
    from usage_point p
   where p.meter = $1 and p.occurred_at >= $2 and p.occurred_at < $3
     and p.customer_id = any($4::bigint[])
     and ($5::text[] is null or p.subject = any($5::text[]))
     and not exists (select from event_void v
                      where v.customer_id = p.customer_id and v.event_batch = p.batch_id
                        and v.event_seq = p.seq)
   order by p.occurred_at, p.batch_id, p.seq)"};
constexpr store::Statement kFetchPoints{"metering.fetch_query_points",
                                        "fetch 5000 from query_points"};
constexpr store::Statement kClosePoints{"metering.close_query_points", "close query_points"};

constexpr store::Statement kLastBefore{"metering.last_points_before", R"(
  select distinct on (p.customer_id, p.subject, p.dimensions)
         p.customer_id, p.subject, p.dimensions, p.occurred_at, p.batch_id, p.seq, p.value, p.item
    from usage_point p
   where p.meter = $1 and p.occurred_at < $2
     and p.customer_id = any($3::bigint[])
     and ($4::text[] is null or p.subject = any($4::text[]))
     and not exists (select from event_void v
                      where v.customer_id = p.customer_id and v.event_batch = p.batch_id
                        and v.event_seq = p.seq)
   order by p.customer_id, p.subject, p.dimensions, p.occurred_at desc, p.batch_id desc,
            p.seq desc)"};

constexpr store::Statement kSumBefore{"metering.sum_of_points_before", R"(
  select p.customer_id, p.subject, p.dimensions, max(p.occurred_at) as occurred_at,
         0::bigint as batch_id, 0 as seq, sum(p.value) as value, '' as item
    from usage_point p
   where p.meter = $1 and p.occurred_at < $2
     and p.customer_id = any($3::bigint[])
     and ($4::text[] is null or p.subject = any($4::text[]))
     and not exists (select from event_void v
                      where v.customer_id = p.customer_id and v.event_batch = p.batch_id
                        and v.event_seq = p.seq)
   group by p.customer_id, p.subject, p.dimensions)"};

constexpr store::Statement kExtent{"metering.extent_of_points", R"(
  select min(occurred_at) as first_at, max(occurred_at) as last_at from usage_point
   where meter = $1 and customer_id = any($2::bigint[])
     and ($3::text[] is null or subject = any($3::text[])))"};

/// Whether a window without events may have measured something.
bool measures_between_events(Aggregation aggregation) {
  return aggregation == Aggregation::kTimeWeighted || aggregation == Aggregation::kHeartbeat;
}

/// A query over points, from reading them to the rows.
class PointQuery {
 public:
  PointQuery(store::Connection& connection, const UsageScope& scope, const MeterQuery& query,
             const time::Period& time)
      : connection_(connection),
        scope_(scope),
        query_(query),
        time_(time),
        finder_(query, time.starts_at) {}

  std::map<GroupKey, PointGroup> gather() {
    const bool carries = scope_.meter.aggregation != Aggregation::kLatest;
    if (carries && usage::needs_last_before(scope_.meter)) read_before(kLastBefore);
    if (usage::needs_sum_before(scope_.meter)) read_before(kSumBefore);
    read_points();
    std::map<GroupKey, PointGroup> rows;
    for (auto& [group, series] : groups_) measure(group, series, rows);
    return rows;
  }

 private:
  using SeriesKey = std::tuple<std::string, std::string>;  ///< subject, dimensions
  using Group = std::map<std::tuple<CustomerId, SeriesKey>, usage::Series>;

  void take(const store::Row& row) {
    const std::string written = row.text("dimensions");
    const auto* dimensions = finder_.dimensions_of(written);
    if (dimensions == nullptr) return;
    const CustomerId customer{row.int64("customer_id")};
    const std::string subject = row.text("subject");
    // Groups without windows here: a series goes through all of them.
    const GroupKey key = finder_.key(time_.starts_at, subject, customer, *dimensions);
    // The latest event of a group is the latest of all its series.
    const bool is_one = scope_.meter.aggregation == Aggregation::kLatest;
    const auto series_key = is_one ? std::tuple(CustomerId{}, SeriesKey())
                                   : std::tuple(customer, SeriesKey(subject, written));
    auto at = groups_.find(key);
    if (at == groups_.end()) {
      refuse_more_rows(groups_.size(), query_);
      at = groups_.emplace(key, Group()).first;
    }
    at->second[series_key].points.push_back({row.instant("occurred_at"), row.int64("batch_id"),
                                             static_cast<std::int32_t>(row.int64("seq")),
                                             row.optional_decimal("value").value_or(0),
                                             row.text("item")});
  }

  void read_before(const store::Statement& statement) {
    for (const store::Row& row : connection_.query(
             statement, {scope_.meter.name, time_.starts_at, scope_.customers, scope_.subjects})) {
      take(row);
    }
  }

  void read_points() {
    const std::chrono::seconds reach = usage::reach_of(scope_.meter);
    connection_.execute(kOpenPoints, {scope_.meter.name, time_.starts_at - reach,
                                      time_.ends_at + reach, scope_.customers, scope_.subjects});
    for (;;) {
      const store::Rows rows = connection_.query(kFetchPoints);
      for (const store::Row& row : rows) take(row);
      if (rows.empty()) break;
    }
    connection_.execute(kClosePoints);
  }

  /// The windows in which a group may have measured something, each with its first and last event.
  using Windows = std::map<time::Instant, PointGroup>;

  Windows windows_with_events(const Group& group) {
    Windows windows;
    for (const auto& [key, series] : group) {
      for (const usage::Point& point : series.points) {
        if (!time_.contains(point.occurred_at)) continue;
        const auto [at, is_new] =
            windows.try_emplace(finder_.window_start(point.occurred_at),
                                PointGroup{{}, point.occurred_at, point.occurred_at});
        at->second.first = std::min(at->second.first, point.occurred_at);
        at->second.last = std::max(at->second.last, point.occurred_at);
        if (is_new) refuse_more_rows(windows.size() - 1, query_);
      }
    }
    return windows;
  }

  void add_windows_between(Windows& windows) const {
    const time::Instant last = time_.ends_at - std::chrono::microseconds(1);
    if (!query_.window) {
      windows.try_emplace(time_.starts_at, PointGroup{{}, time_.starts_at, last});
      return;
    }
    for (const time::Period& window :
         windows_of(time_, *query_.window, query_.zone, query_.rows_max)) {
      refuse_more_rows(windows.size(), query_);
      windows.try_emplace(
          window.starts_at,
          PointGroup{{}, window.starts_at, window.ends_at - std::chrono::microseconds(1)});
    }
  }

  time::Period measured_part(time::Instant window_start) const {
    if (!query_.window) return time_;
    return time::intersection(window_containing(window_start, *query_.window, query_.zone), time_);
  }

  void measure(const GroupKey& group_key, const Group& group,
               std::map<GroupKey, PointGroup>& rows) {
    Windows windows = windows_with_events(group);
    const std::size_t with_events = windows.size();
    if (measures_between_events(scope_.meter.aggregation)) add_windows_between(windows);
    std::vector<time::Period> parts;
    for (const auto& [start, window] : windows) parts.push_back(measured_part(start));
    std::vector<usage::Series> series;
    for (const auto& [key, one] : group) series.push_back(one);
    const auto values = usage::values_of(scope_.meter, parts, series);
    std::size_t place = 0;
    for (const auto& [start, window] : windows) {
      const std::optional<money::Ratio>& value = values[place++];
      if (!value) continue;
      if (windows.size() > with_events && value->sign() == 0 && !has_event(group, start)) continue;
      refuse_more_rows(rows.size(), query_);
      GroupKey key = group_key;
      key.window_start = start;
      rows.emplace(std::move(key),
                   PointGroup{usage::quantity_of(value), window.first, window.last});
    }
  }

  bool has_event(const Group& group, time::Instant window_start) const {
    const time::Period part = measured_part(window_start);
    return std::any_of(group.begin(), group.end(), [&](const auto& one) {
      return std::any_of(one.second.points.begin(), one.second.points.end(),
                         [&](const auto& point) { return part.contains(point.occurred_at); });
    });
  }

  store::Connection& connection_;
  const UsageScope& scope_;
  const MeterQuery& query_;
  const time::Period time_;
  GroupFinder finder_;
  std::map<GroupKey, Group> groups_;
};

}  // namespace

std::map<GroupKey, PointGroup> gather_points(store::Connection& connection, const UsageScope& scope,
                                             const MeterQuery& query, const time::Period& time) {
  return PointQuery(connection, scope, query, time).gather();
}

std::optional<time::Period> extent_of_points(store::Connection& connection,
                                             const UsageScope& scope) {
  const store::Row row =
      connection.query(kExtent, {scope.meter.name, scope.customers, scope.subjects}).only();
  const auto first = row.optional_instant("first_at");
  if (!first) return std::nullopt;
  return time::Period{usage::bucket_of(*first),
                      usage::bucket_of(row.instant("last_at")) + usage::kBucket};
}

}  // namespace reckoner::metering
