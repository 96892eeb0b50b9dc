#include "metering/meter_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "metering/query_groups.hpp"
#include "metering/query_points.hpp"
#include "metering/query_reading.hpp"
#include "usage/bucket.hpp"

namespace reckoner::metering {

namespace {

/// Before it zones were off UTC by amounts that are no quarter hours.
constexpr time::Instant kQuarterHoursBegin =
    time::Instant(std::chrono::sys_days(std::chrono::year(1973) / 1 / 1));

time::Instant whole_second(time::Instant instant) {
  return time::Instant(std::chrono::floor<std::chrono::seconds>(instant));
}

time::Instant next_bucket_boundary(time::Instant instant) {
  const time::Instant bucket = usage::bucket_of(instant);
  return bucket == instant ? bucket : bucket + usage::kBucket;
}

time::Instant whole_minute(time::Instant instant) {
  return time::Instant(std::chrono::floor<std::chrono::minutes>(instant));
}

void refuse_unknown_dimensions(const domain::Meter& meter, const MeterQuery& query) {
  const auto has = [&](std::string_view name) {
    return std::any_of(meter.group_by.begin(), meter.group_by.end(),
                       [&](const auto& dimension) { return dimension.name == name; });
  };
  for (const std::string& name : query.group_by) {
    if (!has(name)) throw Error(fmt::format("invalid group by: {}", name));
  }
  for (const auto& [name, condition] : query.filters) {
    if (!has(name)) throw Error(fmt::format("invalid group by filter: {}", name));
  }
}

/// A query of what quarter-hour folds give.
class FoldedQuery {
 public:
  FoldedQuery(store::Connection& connection, const UsageScope& scope, const MeterQuery& query,
              const time::Period& time)
      : connection_(connection),
        scope_(scope),
        query_(query),
        time_(time),
        finder_(query, time.starts_at) {}

  std::map<GroupKey, Gathered> gather() {
    time::Period whole{next_bucket_boundary(time_.starts_at), usage::bucket_of(time_.ends_at)};
    if (query_.window && query_.zone != time::Zone::utc()) {
      whole.starts_at = std::max(whole.starts_at, kQuarterHoursBegin);
    }
    if (query_.window == WindowSize::kMinute || whole.empty()) {
      add_events(scope_, time_);
      return std::move(groups_);
    }
    add_events(scope_, {time_.starts_at, whole.starts_at});
    add_whole(whole);
    add_events(scope_, {whole.ends_at, time_.ends_at});
    if (!query_.window && !(query_.from && query_.to)) find_first_and_last();
    return std::move(groups_);
  }

 private:
  void add(const GroupKey& key, const usage::Fold& fold, time::Instant first, time::Instant last) {
    const auto at = groups_.find(key);
    if (at == groups_.end()) {
      refuse_more_rows(groups_.size(), query_);
      groups_.emplace(key, Gathered{fold, first, last});
      return;
    }
    at->second.fold.merge(fold);
    at->second.first = std::min(at->second.first, first);
    at->second.last = std::max(at->second.last, last);
  }

  /// The group of an event; none where a filter keeps it out.
  std::optional<GroupKey> group_of(const ReadEvent& event) {
    const auto* dimensions = finder_.dimensions_of(event.dimensions);
    if (dimensions == nullptr) return std::nullopt;
    return finder_.key(finder_.window_start(event.occurred_at), event.subject, event.customer,
                       *dimensions);
  }

  void add_events(const UsageScope& scope, const time::Period& time) {
    if (time.empty()) return;
    read_events(connection_, scope, time, [&](const ReadEvent& event) {
      const auto key = group_of(event);
      if (!key) return;
      usage::Fold fold;
      fold.add(event.value);
      add(*key, fold, event.occurred_at, event.occurred_at);
    });
  }

  void add_whole(const time::Period& whole) {
    std::vector<CustomerBucket> voided;
    if (scope_.meter.aggregation == domain::Aggregation::kMin ||
        scope_.meter.aggregation == domain::Aggregation::kMax) {
      voided = voided_buckets(connection_, scope_, whole);
    }
    std::vector<time::Instant> starts{whole.starts_at};
    std::vector<time::Instant> window_starts{time_.starts_at};
    if (query_.window) {
      starts.clear();
      window_starts.clear();
      for (const time::Period& window :
           windows_of(whole, *query_.window, query_.zone, query_.rows_max)) {
        starts.push_back(window.starts_at);
      }
      if (starts.size() > query_.rows_max) {
        throw TooManyRows(fmt::format(
            "the time has more than {} windows: ask for a shorter time or longer windows",
            query_.rows_max));
      }
      window_starts = starts;
    }
    const TotalsBy by{.subject = query_.by_subject,
                      .customer = query_.by_customer,
                      .dimensions = !query_.group_by.empty() || !query_.filters.empty()};
    read_totals(connection_, scope_, whole, starts, by, voided, [&](const ReadTotal& total) {
      const auto* dimensions = finder_.dimensions_of(total.dimensions);
      if (dimensions == nullptr) return;
      add(finder_.key(window_starts.at(total.window), total.subject, total.customer, *dimensions),
          total.fold, total.first_bucket, total.last_bucket);
    });
    for (const CustomerBucket& bucket : voided) {
      UsageScope one = scope_;
      one.customers = {bucket.customer};
      add_events(one, {bucket.bucket, bucket.bucket + usage::kBucket});
    }
  }

  /// Of what came from totals only the quarter hours are known.
  void find_first_and_last() {
    constexpr std::size_t kBucketsReadSingly = 200;
    std::set<time::Instant> buckets;
    for (const auto& [key, group] : groups_) {
      buckets.insert(usage::bucket_of(group.first));
      buckets.insert(usage::bucket_of(group.last));
    }
    std::map<GroupKey, Gathered> found;
    const auto note = [&](const ReadEvent& event) {
      const auto key = group_of(event);
      if (!key || !time_.contains(event.occurred_at)) return;
      const auto [at, is_new] =
          found.try_emplace(*key, Gathered{{}, event.occurred_at, event.occurred_at});
      at->second.first = std::min(at->second.first, event.occurred_at);
      at->second.last = std::max(at->second.last, event.occurred_at);
    };
    try {
      if (buckets.size() > kBucketsReadSingly) {
        read_events(connection_, scope_, time_, note);
      } else {
        for (const time::Instant bucket : buckets) {
          read_events(connection_, scope_, {bucket, bucket + usage::kBucket}, note);
        }
      }
    } catch (const EventsArchived&) {
      return;
    }
    for (auto& [key, group] : groups_) {
      const auto at = found.find(key);
      if (at == found.end()) continue;
      group.first = at->second.first;
      group.last = at->second.last;
    }
  }

  store::Connection& connection_;
  const UsageScope& scope_;
  const MeterQuery& query_;
  const time::Period time_;
  GroupFinder finder_;
  std::map<GroupKey, Gathered> groups_;
};

/// The time of a query, where it says it; otherwise that of the usage there is.
std::optional<time::Period> time_of(store::Connection& connection, const UsageScope& scope,
                                    const MeterQuery& query) {
  if (query.from && query.to) return time::Period{*query.from, *query.to};
  const auto extent = domain::is_folded(scope.meter.aggregation)
                          ? extent_of_totals(connection, scope)
                          : extent_of_points(connection, scope);
  if (!extent) return std::nullopt;
  const time::Period time{query.from.value_or(extent->starts_at),
                          query.to.value_or(extent->ends_at)};
  if (time.empty()) return std::nullopt;
  return time;
}

UsageRow row_of(const GroupKey& key, const Gathered& group, const MeterQuery& query) {
  UsageRow row;
  if (query.window) {
    row.window = window_containing(key.window_start, *query.window, query.zone);
  } else {
    row.window = {query.from.value_or(whole_minute(group.first)),
                  query.to.value_or(whole_minute(group.last) + std::chrono::minutes(1))};
  }
  if (query.by_subject) row.subject = key.subject;
  if (query.by_customer) row.customer = key.customer;
  row.dimensions = key.dimensions;
  return row;
}

}  // namespace

std::vector<UsageRow> query_meter(store::Connection& connection, const domain::Meter& meter,
                                  const MeterLife& life, const MeterQuery& asked) {
  MeterQuery query = asked;
  if (query.from) query.from = whole_second(*query.from);
  if (query.to) query.to = whole_second(*query.to);
  if (query.from && query.to && *query.from >= *query.to) {
    throw Error(fmt::format("from {} is not before to {}", time::to_string(*query.from),
                            time::to_string(*query.to)));
  }
  refuse_unknown_dimensions(meter, query);
  const UsageScope scope = scope_of(connection, meter, life, query);
  const auto time = time_of(connection, scope, query);
  if (!time) return {};
  std::vector<UsageRow> rows;
  if (!domain::is_folded(meter.aggregation)) {
    for (const auto& [key, group] : gather_points(connection, scope, query, *time)) {
      rows.push_back(row_of(key, {{}, group.first, group.last}, query));
      rows.back().value = group.value;
    }
    return rows;
  }
  for (const auto& [key, group] : FoldedQuery(connection, scope, query, *time).gather()) {
    if (group.fold.count == 0) continue;
    rows.push_back(row_of(key, group, query));
    rows.back().value = usage::quantity_of(group.fold, meter.aggregation);
  }
  return rows;
}

}  // namespace reckoner::metering
