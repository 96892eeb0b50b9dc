#include <fmt/format.h>

#include "engine/facts.hpp"
#include "usage/bucket.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kUsage{"usage of a batch", R"(
  select q.position, t.meter, sum(t.event_count)::bigint as event_count, sum(t.value_sum) as value_sum,
         min(t.value_min) as value_min, max(t.value_max) as value_max
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    join usage_total t on t.customer_id = q.customer_id
                      and t.bucket >= q.from_at and t.bucket < q.until_at and t.cut <= $5
   group by q.position, t.meter)"};

constexpr store::Statement kUsageWithTail{"usage of a batch with the tail", R"(
  select q.position, t.meter, sum(t.event_count)::bigint as event_count, sum(t.value_sum) as value_sum,
         min(t.value_min) as value_min, max(t.value_max) as value_max
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    cross join lateral (
      select meter, event_count, value_sum, value_min, value_max from usage_total t
       where t.customer_id = q.customer_id and t.bucket >= q.from_at and t.bucket < q.until_at
         and t.cut <= $5
      union all
      select d.meter, d.event_count, d.value_sum, d.value_min, d.value_max
        from usage_delta d join ingest_batch b on b.batch_id = d.batch_id and b.cut is null
       where d.customer_id = q.customer_id and d.bucket >= q.from_at and d.bucket < q.until_at) t
   group by q.position, t.meter)"};

// The stored totals as known, and with $6 the tail; $7 are the meters.
constexpr store::Statement kDetails{"usage of a batch in detail", R"(
  select q.position, t.meter, t.dimensions, t.bucket, sum(t.event_count)::bigint as event_count,
         sum(t.value_sum) as value_sum, min(t.value_min) as value_min, max(t.value_max) as value_max
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    cross join lateral (
      select meter, dimensions, bucket, event_count, value_sum, value_min, value_max
        from usage_total t
       where t.customer_id = q.customer_id and t.bucket >= q.from_at and t.bucket < q.until_at
         and t.cut <= $5 and t.meter = any($7::text[])
      union all
      select d.meter, d.dimensions, d.bucket, d.event_count, d.value_sum, d.value_min, d.value_max
        from usage_delta d join ingest_batch b on b.batch_id = d.batch_id and b.cut is null
       where $6 and d.customer_id = q.customer_id and d.bucket >= q.from_at
         and d.bucket < q.until_at and d.meter = any($7::text[])) t
   group by q.position, t.meter, t.dimensions, t.bucket
   order by q.position, t.meter, t.bucket, t.dimensions)"};

constexpr store::Statement kTransactions{"events of a batch", R"(
  select q.position, (e.data::jsonb #>> string_to_array($8, '.'))::numeric as value
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    join raw_event e on e.customer_id = q.customer_id and e.occurred_at >= q.from_at
                    and e.occurred_at < q.until_at and e.type = $7
    join ingest_batch b on b.batch_id = e.batch_id and (b.cut <= $5 or $6 and b.cut is null)
   order by q.position, e.occurred_at, e.source, e.event_id)"};

/// The columns of the queries.
struct Columns {
  std::vector<std::int64_t> positions;
  std::vector<CustomerId> customers;
  std::vector<time::Instant> from;
  std::vector<time::Instant> until;

  explicit Columns(std::span<const UsageQuery> queries) {
    for (const UsageQuery& query : queries) {
      if (!usage::is_bucket_boundary(query.period.starts_at) ||
          !usage::is_bucket_boundary(query.period.ends_at)) {
        throw Error(fmt::format("usage from {} until {} does not begin and end on a quarter hour",
                                time::to_string(query.period.starts_at),
                                time::to_string(query.period.ends_at)));
      }
      positions.push_back(static_cast<std::int64_t>(positions.size()));
      customers.push_back(query.customer);
      from.push_back(query.period.starts_at);
      until.push_back(query.period.ends_at);
    }
  }
};

std::size_t position_of(const store::Row& row) {
  return static_cast<std::size_t>(row.int64("position"));
}

usage::Fold fold_of(const store::Row& row) {
  return {row.int64("event_count"), row.decimal("value_sum"), row.decimal("value_min"),
          row.decimal("value_max")};
}

}  // namespace

std::vector<UsageByMeter> FactReader::usage(std::span<const UsageQuery> queries) {
  std::vector<UsageByMeter> results(queries.size());
  if (queries.empty()) return results;
  const Columns columns(queries);
  const store::Statement& statement = knowledge_.tail ? kUsageWithTail : kUsage;
  for (const store::Row& row : connection_.query(
           statement,
           {columns.positions, columns.customers, columns.from, columns.until, knowledge_.cut})) {
    results[position_of(row)].emplace(row.text("meter"), fold_of(row));
  }
  return results;
}

std::vector<std::vector<UsageDetail>> FactReader::usage_details(
    std::span<const UsageQuery> queries, const std::vector<std::string>& meters) {
  std::vector<std::vector<UsageDetail>> results(queries.size());
  if (queries.empty()) return results;
  const Columns columns(queries);
  for (const store::Row& row :
       connection_.query(kDetails, {columns.positions, columns.customers, columns.from,
                                    columns.until, knowledge_.cut, knowledge_.tail, meters})) {
    results[position_of(row)].push_back(
        {row.text("meter"), row.text("dimensions"), row.instant("bucket"), fold_of(row)});
  }
  return results;
}

std::vector<std::vector<money::Decimal>> FactReader::transactions(
    std::span<const UsageQuery> queries, const domain::Meter& meter) {
  std::vector<std::vector<money::Decimal>> results(queries.size());
  if (queries.empty()) return results;
  const Columns columns(queries);
  for (const store::Row& row : connection_.query(
           kTransactions, {columns.positions, columns.customers, columns.from, columns.until,
                           knowledge_.cut, knowledge_.tail, meter.event_type, meter.value})) {
    results[position_of(row)].push_back(row.decimal("value"));
  }
  return results;
}

}  // namespace reckoner::engine
