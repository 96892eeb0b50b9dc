#include <algorithm>
#include <tuple>

#include "base/steps.hpp"
#include "engine/facts.hpp"
#include "engine/raw_usage.hpp"
#include "usage/bucket.hpp"

namespace reckoner::engine {

namespace {

// Comparing decimals costs more than all the rest: extremes only with $6.
constexpr store::Statement kUsage{"usage of a batch", R"(
  select q.position, t.meter, sum(t.event_count)::bigint as event_count, sum(t.value_sum) as value_sum,
         min(t.value_min) filter (where $6) as value_min,
         max(t.value_max) filter (where $6) as value_max
    from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
           as q(position, customer_id, from_at, until_at)
    join usage_total t on t.customer_id = q.customer_id
                      and t.bucket >= q.from_at and t.bucket < q.until_at and t.cut <= $5
   group by q.position, t.meter)"};

constexpr store::Statement kUsageWithTail{"usage of a batch with the tail", R"(
  select position, meter, sum(event_count)::bigint as event_count, sum(value_sum) as value_sum,
         min(value_min) as value_min, max(value_max) as value_max
    from (select q.position, t.meter, t.event_count, t.value_sum, t.value_min, t.value_max
            from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
                   as q(position, customer_id, from_at, until_at)
            join usage_total t on t.customer_id = q.customer_id
                              and t.bucket >= q.from_at and t.bucket < q.until_at and t.cut <= $5
          union all
          select q.position, d.meter, d.event_count, d.value_sum, d.value_min, d.value_max
            from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
                   as q(position, customer_id, from_at, until_at)
            join usage_delta d on d.customer_id = q.customer_id
                              and d.bucket >= q.from_at and d.bucket < q.until_at
            join ingest_batch b on b.batch_id = d.batch_id and b.cut is null) t
   group by position, meter)"};

// The stored totals as known, and with $6 the tail; $7 are the meters.
constexpr store::Statement kDetails{"usage of a batch in detail", R"(
  select position, meter, dimensions, bucket, sum(event_count)::bigint as event_count,
         sum(value_sum) as value_sum, min(value_min) as value_min, max(value_max) as value_max
    from (select q.position, t.meter, t.dimensions, t.bucket, t.event_count, t.value_sum, t.value_min,
                 t.value_max
            from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
                   as q(position, customer_id, from_at, until_at)
            join usage_total t on t.customer_id = q.customer_id
                              and t.bucket >= q.from_at and t.bucket < q.until_at and t.cut <= $5
                              and t.meter = any($7::text[])
          union all
          select q.position, d.meter, d.dimensions, d.bucket, d.event_count, d.value_sum, d.value_min,
                 d.value_max
            from unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
                   as q(position, customer_id, from_at, until_at)
            join usage_delta d on d.customer_id = q.customer_id
                              and d.bucket >= q.from_at and d.bucket < q.until_at
                              and d.meter = any($7::text[])
            join ingest_batch b on b.batch_id = d.batch_id and b.cut is null and $6) t
   group by position, meter, dimensions, bucket
   order by position, meter, bucket, dimensions)"};

/// The columns of what stored totals give.
struct Columns {
  std::vector<std::int64_t> positions;
  std::vector<CustomerId> customers;
  std::vector<time::Instant> from;
  std::vector<time::Instant> until;

  Columns(std::span<const UsageQuery> queries, const UsagePieces& pieces) {
    for (const UsagePieces::Piece& piece : pieces.totals) {
      positions.push_back(static_cast<std::int64_t>(piece.query));
      customers.push_back(queries[piece.query].customer);
      from.push_back(piece.period.starts_at);
      until.push_back(piece.period.ends_at);
    }
  }
};

std::size_t position_of(const store::Row& row) {
  return static_cast<std::size_t>(row.int64("position"));
}

/// What was voided leaves no extremes where it was all there was.
usage::Fold fold_of(const store::Row& row) {
  return {row.int64("event_count"), row.decimal("value_sum"),
          row.optional_decimal("value_min").value_or(0),
          row.optional_decimal("value_max").value_or(0)};
}

/// The names of the meters that folds serve.
std::vector<std::string> folded(const std::vector<std::string>& meters,
                                const meters::MeterReader& reader) {
  std::vector<std::string> names;
  for (const std::string& name : meters) {
    const domain::Meter* meter = reader.find(name);
    if (meter != nullptr && domain::is_folded(meter->aggregation)) names.push_back(name);
  }
  return names;
}

/// Whether one of the meters looks at the smallest or the largest value.
bool any_extreme(const std::vector<std::string>& meters, const meters::MeterReader& reader) {
  return std::any_of(meters.begin(), meters.end(), [&](const std::string& name) {
    const domain::Aggregation aggregation = reader.find(name)->aggregation;
    return aggregation == domain::Aggregation::kMin || aggregation == domain::Aggregation::kMax;
  });
}

}  // namespace

std::vector<UsageByMeter> FactReader::usage(std::span<const UsageQuery> queries,
                                            const std::vector<std::string>& meters,
                                            const meters::MeterReader& reader) {
  const steps::Step step("facts");
  std::vector<UsageByMeter> results(queries.size());
  if (queries.empty()) return results;
  const std::vector<std::string> wanted = folded(meters, reader);
  const UsagePieces pieces = divide_usage(connection_, knowledge_, queries, wanted, reader);
  const Columns columns(queries, pieces);
  const store::Rows rows =
      knowledge_.tail
          ? connection_.query(kUsageWithTail, {columns.positions, columns.customers, columns.from,
                                               columns.until, knowledge_.cut})
          : connection_.query(kUsage, {columns.positions, columns.customers, columns.from,
                                       columns.until, knowledge_.cut, any_extreme(wanted, reader)});
  for (const store::Row& row : rows) {
    results[position_of(row)].emplace(row.text("meter"), fold_of(row));
  }
  read_raw_usage(connection_, knowledge_, queries, pieces.raw, wanted, reader, [&](RawUsage&& raw) {
    results[raw.query][raw.value.meter->name].add(raw.value.value);
  });
  return results;
}

std::vector<std::vector<UsageDetail>> FactReader::usage_details(
    std::span<const UsageQuery> queries, const std::vector<std::string>& meters,
    const meters::MeterReader& reader) {
  const steps::Step step("facts");
  std::vector<std::vector<UsageDetail>> results(queries.size());
  if (queries.empty()) return results;
  const std::vector<std::string> wanted = folded(meters, reader);
  const UsagePieces pieces = divide_usage(connection_, knowledge_, queries, wanted, reader);
  const Columns columns(queries, pieces);
  for (const store::Row& row :
       connection_.query(kDetails, {columns.positions, columns.customers, columns.from,
                                    columns.until, knowledge_.cut, knowledge_.tail, wanted})) {
    results[position_of(row)].push_back(
        {row.text("meter"), row.text("dimensions"), row.instant("bucket"), fold_of(row)});
  }
  if (pieces.raw.empty()) return results;
  read_raw_usage(connection_, knowledge_, queries, pieces.raw, wanted, reader, [&](RawUsage&& raw) {
    UsageDetail& detail = results[raw.query].emplace_back();
    detail.meter = raw.value.meter->name;
    detail.dimensions = std::move(raw.value.dimensions);
    detail.bucket = usage::bucket_of(raw.occurred_at);
    detail.fold.add(raw.value.value);
  });
  for (std::vector<UsageDetail>& details : results) {
    std::stable_sort(details.begin(), details.end(),
                     [](const UsageDetail& a, const UsageDetail& b) {
                       return std::tie(a.meter, a.bucket, a.dimensions) <
                              std::tie(b.meter, b.bucket, b.dimensions);
                     });
  }
  return results;
}

std::vector<std::vector<money::Decimal>> FactReader::transactions(
    std::span<const UsageQuery> queries, const domain::Meter& meter,
    const meters::MeterReader& reader) {
  std::vector<std::vector<money::Decimal>> results(queries.size());
  std::vector<UsagePieces::Piece> pieces;
  for (std::size_t i = 0; i < queries.size(); ++i) pieces.push_back({i, queries[i].period});
  read_raw_usage(connection_, knowledge_, queries, pieces, {meter.name}, reader,
                 [&](RawUsage&& raw) { results[raw.query].push_back(raw.value.value); });
  return results;
}

}  // namespace reckoner::engine
