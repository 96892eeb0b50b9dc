#include <map>
#include <optional>
#include <tuple>

#include "engine/facts.hpp"
#include "engine/usage_series.hpp"

namespace reckoner::engine {

namespace {

// $1 to $5 are the queries, $6 the cut, and with $7 what is in no cut yet counts as well.
constexpr store::Statement kPoints{"points of a batch", R"(
  select q.position, p.subject, p.dimensions, p.occurred_at, p.batch_id, p.seq, p.value, p.item
    from unnest($1::int[], $2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[])
           as q(position, customer_id, meter, from_at, until_at)
    join usage_point p on p.customer_id = q.customer_id and p.meter = q.meter
                      and p.occurred_at >= q.from_at and p.occurred_at < q.until_at
    join ingest_batch b on b.batch_id = p.batch_id and (b.cut <= $6 or $7 and b.cut is null)
   where not exists (select from event_void v join ingest_batch vb on vb.batch_id = v.batch_id
                      where v.customer_id = p.customer_id and v.event_batch = p.batch_id
                        and v.event_seq = p.seq and (vb.cut <= $6 or $7 and vb.cut is null))
   order by q.position, p.subject, p.dimensions, p.occurred_at, p.batch_id, p.seq)"};

constexpr store::Statement kLastBefore{"last points before a batch", R"(
  select distinct on (q.position, p.subject, p.dimensions)
         q.position, p.subject, p.dimensions, p.occurred_at, p.batch_id, p.seq, p.value, p.item
    from unnest($1::int[], $2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[])
           as q(position, customer_id, meter, from_at, until_at)
    join usage_point p on p.customer_id = q.customer_id and p.meter = q.meter
                      and p.occurred_at < q.from_at
    join ingest_batch b on b.batch_id = p.batch_id and (b.cut <= $6 or $7 and b.cut is null)
   where not exists (select from event_void v join ingest_batch vb on vb.batch_id = v.batch_id
                      where v.customer_id = p.customer_id and v.event_batch = p.batch_id
                        and v.event_seq = p.seq and (vb.cut <= $6 or $7 and vb.cut is null))
   order by q.position, p.subject, p.dimensions, p.occurred_at desc, p.batch_id desc, p.seq desc)"};

// One point for all before: the instant and place are the last ones'.
constexpr store::Statement kSumBefore{"points summed before a batch", R"(
  select q.position, p.subject, p.dimensions, max(p.occurred_at) as occurred_at,
         0::bigint as batch_id, 0 as seq, sum(p.value) as value, '' as item
    from unnest($1::int[], $2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[])
           as q(position, customer_id, meter, from_at, until_at)
    join usage_point p on p.customer_id = q.customer_id and p.meter = q.meter
                      and p.occurred_at < q.from_at
    join ingest_batch b on b.batch_id = p.batch_id and (b.cut <= $6 or $7 and b.cut is null)
   where not exists (select from event_void v join ingest_batch vb on vb.batch_id = v.batch_id
                      where v.customer_id = p.customer_id and v.event_batch = p.batch_id
                        and v.event_seq = p.seq and (vb.cut <= $6 or $7 and vb.cut is null))
   group by q.position, p.subject, p.dimensions)"};

/// The columns of the queries.
struct Columns {
  std::vector<std::int64_t> positions;
  std::vector<CustomerId> customers;
  std::vector<std::string_view> meters;
  std::vector<time::Instant> from;
  std::vector<time::Instant> until;

  void add(std::size_t position, const QuantityQuery& query) {
    const time::Period whole = whole_of(query);
    const std::chrono::seconds reach = usage::reach_of(*query.meter);
    positions.push_back(static_cast<std::int64_t>(position));
    customers.push_back(query.customer);
    meters.push_back(query.meter->name);
    from.push_back(whole.starts_at - reach);
    until.push_back(whole.ends_at + reach);
  }
  store::Params params(const Knowledge& knowledge) const {
    return {positions, customers, meters, from, until, knowledge.cut, knowledge.tail};
  }
};

/// The series of each query, while their points come in order.
class SeriesOfQueries {
 public:
  explicit SeriesOfQueries(std::size_t queries) : by_query_(queries) {}

  void add(const store::Rows& rows) {
    for (const store::Row& row : rows) {
      auto& of_query = by_query_[static_cast<std::size_t>(row.int64("position"))];
      usage::Series& series = of_query[{row.text("subject"), row.text("dimensions")}];
      series.points.push_back({row.instant("occurred_at"), row.int64("batch_id"),
                               static_cast<std::int32_t>(row.int64("seq")),
                               row.optional_decimal("value").value_or(0), row.text("item")});
    }
  }
  std::vector<usage::Series> take(std::size_t query) {
    std::vector<usage::Series> all;
    for (auto& [key, series] : by_query_[query]) {
      std::tie(series.subject, series.dimensions) = key;
      all.push_back(std::move(series));
    }
    return all;
  }

 private:
  std::vector<std::map<std::pair<std::string, std::string>, usage::Series>> by_query_;
};

}  // namespace

std::vector<Quantities> FactReader::quantities(std::span<const QuantityQuery> queries) {
  std::vector<Quantities> results;
  if (queries.empty()) return results;
  Columns all;
  Columns last_before;
  Columns sum_before;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    all.add(i, queries[i]);
    if (usage::needs_last_before(*queries[i].meter)) last_before.add(i, queries[i]);
    if (usage::needs_sum_before(*queries[i].meter)) sum_before.add(i, queries[i]);
  }
  SeriesOfQueries series(queries.size());
  if (!last_before.positions.empty()) {
    series.add(connection_.query(kLastBefore, last_before.params(knowledge_)));
  }
  if (!sum_before.positions.empty()) {
    series.add(connection_.query(kSumBefore, sum_before.params(knowledge_)));
  }
  series.add(connection_.query(kPoints, all.params(knowledge_)));
  for (std::size_t i = 0; i < queries.size(); ++i) {
    results.push_back(quantities_of(queries[i], series.take(i)));
  }
  return results;
}

}  // namespace reckoner::engine
