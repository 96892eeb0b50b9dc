#include "engine/raw_usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "usage/bucket.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kVoided{"voided events of a batch", R"(
  select distinct q.position, v.occurred_at
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    join event_void v on v.customer_id = q.customer_id and v.occurred_at >= q.from_at
                     and v.occurred_at < q.until_at and v.type = any($7::text[])
    join ingest_batch b on b.batch_id = v.batch_id and (b.cut <= $5 or $6 and b.cut is null))"};

constexpr store::Statement kRaw{"raw events of a batch", R"(
  select q.position, e.batch_id, e.type, e.subject, e.occurred_at, e.data
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    join raw_event e on e.customer_id = q.customer_id and e.occurred_at >= q.from_at
                    and e.occurred_at < q.until_at and e.type = any($7::text[])
    join ingest_batch b on b.batch_id = e.batch_id and (b.cut <= $5 or $6 and b.cut is null)
   where not exists (select from event_void v join ingest_batch vb on vb.batch_id = v.batch_id
                      where v.customer_id = e.customer_id and v.event_batch = e.batch_id
                        and v.event_seq = e.seq and (vb.cut <= $5 or $6 and vb.cut is null))
   order by q.position, e.occurred_at, e.source, e.event_id)"};

constexpr store::Statement kReaches{"reach of meters", R"(
  select meter, since_batch, until_batch, computed_from from meter_life
   where meter = any($1::text[]))"};

constexpr store::Statement kArchived{"last archived month", R"(
  select max(month) as month from archived_month where restored_at is null)"};

/// Events come a little late or early: what a month of receipt holds may have occurred a day behind
/// its end.
constexpr std::chrono::days kArchiveSlack{1};

/// Which events a meter counted, by when they came.
struct Reach {
  std::int64_t since_batch = 0;
  std::optional<std::int64_t> until_batch;
  std::optional<time::Instant> computed_from;

  bool counts(std::int64_t batch, time::Instant occurred_at) const {
    if (until_batch && batch > *until_batch) return false;
    return batch > since_batch || (computed_from && occurred_at >= *computed_from);
  }
};

/// The columns of pieces.
struct Columns {
  std::vector<std::int64_t> positions;
  std::vector<CustomerId> customers;
  std::vector<time::Instant> from;
  std::vector<time::Instant> until;

  void add(std::size_t position, CustomerId customer, const time::Period& period) {
    positions.push_back(static_cast<std::int64_t>(position));
    customers.push_back(customer);
    from.push_back(period.starts_at);
    until.push_back(period.ends_at);
  }
};

std::vector<const domain::Meter*> named(const std::vector<std::string>& names,
                                        const meters::MeterReader& reader) {
  std::vector<const domain::Meter*> meters;
  for (const std::string& name : names) {
    const domain::Meter* meter = reader.find(name);
    RK_CHECK(meter != nullptr);
    if (std::find(meters.begin(), meters.end(), meter) == meters.end()) meters.push_back(meter);
  }
  return meters;
}

/// The quarter hours of each query in which an event of a minimum or maximum was voided.
std::vector<std::set<time::Instant>> voided_buckets(store::Connection& connection,
                                                    const Knowledge& knowledge,
                                                    std::span<const UsageQuery> queries,
                                                    const std::vector<std::string>& meters,
                                                    const meters::MeterReader& reader) {
  std::vector<std::set<time::Instant>> buckets(queries.size());
  std::vector<std::string> types;
  for (const domain::Meter* meter : named(meters, reader)) {
    if (meter->aggregation == domain::Aggregation::kMin ||
        meter->aggregation == domain::Aggregation::kMax) {
      types.push_back(meter->event_type);
    }
  }
  if (types.empty()) return buckets;
  Columns columns;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    // Of quarter hours at the ends, which are read from raw events anyway, it may name more.
    columns.add(i, queries[i].customer, queries[i].period);
  }
  for (const store::Row& row :
       connection.query(kVoided, {columns.positions, columns.customers, columns.from, columns.until,
                                  knowledge.cut, knowledge.tail, types})) {
    buckets[static_cast<std::size_t>(row.int64("position"))].insert(
        usage::bucket_of(row.instant("occurred_at")));
  }
  return buckets;
}

void refuse_archived(store::Connection& connection, time::Instant earliest) {
  const auto month = connection.query(kArchived).only().optional_text("month");
  if (!month) return;
  const time::Date first = time::parse_date(*month + "-01");
  const time::Instant until = time::Zone::utc().start_of(time::month_day(first, 1, 1));
  if (earliest >= until + kArchiveSlack) return;
  throw Error(
      fmt::format("the single events of {} are needed, and those received until the end of {} are "
                  "archived: bring them back",
                  time::to_string(earliest), *month));
}

std::map<const domain::Meter*, Reach> reaches_of(store::Connection& connection,
                                                 const std::vector<std::string>& names,
                                                 const meters::MeterReader& reader) {
  std::map<const domain::Meter*, Reach> reaches;
  for (const domain::Meter* meter : named(names, reader)) reaches.emplace(meter, Reach());
  for (const store::Row& row : connection.query(kReaches, {names})) {
    reaches[reader.find(row.text("meter"))] = {row.int64("since_batch"),
                                               row.optional_int64("until_batch"),
                                               row.optional_instant("computed_from")};
  }
  return reaches;
}

}  // namespace

UsagePieces divide_usage(store::Connection& connection, const Knowledge& knowledge,
                         std::span<const UsageQuery> queries,
                         const std::vector<std::string>& meters,
                         const meters::MeterReader& reader) {
  const auto voided = voided_buckets(connection, knowledge, queries, meters, reader);
  UsagePieces pieces;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    std::set<time::Instant> apart = voided[i];
    const time::Period& period = queries[i].period;
    for (const time::Instant end : {period.starts_at, period.ends_at}) {
      if (!usage::is_bucket_boundary(end)) apart.insert(usage::bucket_of(end));
    }
    time::Instant done = period.starts_at;
    for (const time::Instant bucket : apart) {
      if (bucket > done) pieces.totals.push_back({i, {done, bucket}});
      const time::Period raw = time::intersection(period, {bucket, bucket + usage::kBucket});
      if (raw.empty()) continue;
      pieces.raw.push_back({i, raw});
      done = raw.ends_at;
    }
    if (done < period.ends_at) pieces.totals.push_back({i, {done, period.ends_at}});
  }
  return pieces;
}

void read_raw_usage(store::Connection& connection, const Knowledge& knowledge,
                    std::span<const UsageQuery> queries, std::span<const UsagePieces::Piece> pieces,
                    const std::vector<std::string>& meters, const meters::MeterReader& reader,
                    const std::function<void(RawUsage&&)>& take) {
  Columns columns;
  time::Instant earliest = time::Instant::max();
  for (const UsagePieces::Piece& piece : pieces) {
    if (piece.period.empty()) continue;
    columns.add(piece.query, queries[piece.query].customer, piece.period);
    earliest = std::min(earliest, piece.period.starts_at);
  }
  if (columns.positions.empty()) return;
  refuse_archived(connection, earliest);
  const auto reaches = reaches_of(connection, meters, reader);
  std::vector<std::string> types;
  for (const auto& [meter, reach] : reaches) types.push_back(meter->event_type);
  for (const store::Row& row :
       connection.query(kRaw, {columns.positions, columns.customers, columns.from, columns.until,
                               knowledge.cut, knowledge.tail, types})) {
    const time::Instant occurred_at = row.instant("occurred_at");
    const std::string type = row.text("type");
    const std::string subject = row.text("subject");
    const text::Json data = text::parse_json(row.text("data"));
    for (const auto& [meter, reach] : reaches) {
      if (!reach.counts(row.int64("batch_id"), occurred_at)) continue;
      if (auto value = reader.read_one(*meter, type, subject, data)) {
        take({static_cast<std::size_t>(row.int64("position")), occurred_at, *std::move(value)});
      }
    }
  }
}

}  // namespace reckoner::engine
