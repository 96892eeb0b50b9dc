#include "metering/query_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "usage/bucket.hpp"
#include "usage/fold.hpp"
#include "usage/level.hpp"
#include "usage/percentile.hpp"
#include "usage/unique.hpp"

namespace reckoner::metering {

namespace {

using domain::Aggregation;

constexpr store::Statement kOpenPoints{"metering.open_query_points", R"(
  declare query_points no scroll cursor for
  select p.customer_id, p.subject, p.dimensions, p.occurred_at, p.batch_id, p.seq, p.value, p.item
    from usage_point p
   where p.meter = $1 and p.occurred_at >= $2 and p.occurred_at < $3
     and ($4::bigint[] is null or p.customer_id = any($4::bigint[]))
     and ($5::text[] is null or p.subject = any($5::text[]))
     and not exists (select from event_void v
                      where v.customer_id = p.customer_id and v.event_batch = p.batch_id
                        and v.event_seq = p.seq)
   order by p.occurred_at, p.batch_id, p.seq)"};
constexpr store::Statement kFetchPoints{"metering.fetch_query_points",
                                        "fetch 5000 from query_points"};
constexpr store::Statement kClosePoints{"metering.close_query_points", "close query_points"};

constexpr store::Statement kExtent{"metering.extent_of_points", R"(
  select min(occurred_at) as first_at, max(occurred_at) as last_at from usage_point
   where meter = $1 and ($2::bigint[] is null or customer_id = any($2::bigint[]))
     and ($3::text[] is null or subject = any($3::text[])))"};

struct Point {
  CustomerId customer;
  std::string subject;
  std::string dimensions;
  time::Instant occurred_at;
  std::optional<money::Decimal> value;
  std::string item;
};

/// In the order of events.
template <class Take>
void read_points(store::Connection& connection, const UsageScope& scope, const time::Period& time,
                 Take take) {
  connection.execute(kOpenPoints, {scope.meter.name, time.starts_at, time.ends_at, scope.customers,
                                   scope.subjects});
  for (;;) {
    const store::Rows rows = connection.query(kFetchPoints);
    for (const store::Row& row : rows) {
      take(Point{{row.int64("customer_id")},
                 row.text("subject"),
                 row.text("dimensions"),
                 row.instant("occurred_at"),
                 row.optional_decimal("value"),
                 row.text("item")});
    }
    if (rows.empty()) break;
  }
  connection.execute(kClosePoints);
}

/// What is gathered of a group's points.
struct Folded {
  std::variant<usage::UniqueIds, usage::Latest, usage::Distribution> fold;
  time::Instant first;
  time::Instant last;
};

Folded begin(Aggregation aggregation, time::Instant at) {
  switch (aggregation) {
    case Aggregation::kUniqueCount:
      return {usage::UniqueIds(), at, at};
    case Aggregation::kLatest:
      return {usage::Latest(), at, at};
    default:
      return {usage::Distribution(), at, at};
  }
}

void add(Folded& group, const Point& point, std::int64_t arrival) {
  const usage::Moment moment{point.occurred_at, arrival};
  if (auto* ids = std::get_if<usage::UniqueIds>(&group.fold)) {
    ids->apply(point.item, moment);
  } else if (auto* latest = std::get_if<usage::Latest>(&group.fold)) {
    latest->add(moment, point.value.value());
  } else {
    std::get<usage::Distribution>(group.fold).add(point.value.value());
  }
  group.last = point.occurred_at;
}

money::Decimal value_of(const Folded& group, const domain::Meter& meter) {
  if (const auto* ids = std::get_if<usage::UniqueIds>(&group.fold)) return ids->count();
  if (const auto* latest = std::get_if<usage::Latest>(&group.fold)) return latest->value().value();
  return std::get<usage::Distribution>(group.fold).percentile(meter.percentile).value();
}

}  // namespace

std::map<GroupKey, PointGroup> gather_points(store::Connection& connection, const UsageScope& scope,
                                             const MeterQuery& query, const time::Period& time) {
  GroupFinder finder(query, time.starts_at);
  std::map<GroupKey, Folded> folded;
  std::int64_t arrival = 0;
  read_points(connection, scope, time, [&](const Point& point) {
    const auto* dimensions = finder.dimensions_of(point.dimensions);
    if (dimensions == nullptr) return;
    const GroupKey key = finder.key(finder.window_start(point.occurred_at), point.subject,
                                    point.customer, *dimensions);
    auto at = folded.find(key);
    if (at == folded.end()) {
      refuse_more_rows(folded.size(), query);
      at = folded.emplace(key, begin(scope.meter.aggregation, point.occurred_at)).first;
    }
    add(at->second, point, ++arrival);
  });
  std::map<GroupKey, PointGroup> groups;
  for (const auto& [key, group] : folded) {
    groups.emplace(key, PointGroup{value_of(group, scope.meter), group.first, group.last});
  }
  return groups;
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
