#include "metering/query_reading.hpp"

#include <fmt/format.h>

#include <set>

#include "usage/bucket.hpp"

namespace reckoner::metering {

namespace {

constexpr std::int64_t kTotalsMax = 1'000'000;

constexpr store::Statement kOwners{"metering.owners_of_subjects", R"(
  select distinct customer_id from subject
   where $1::text[] is null or subject = any($1::text[]))"};

constexpr store::Statement kArchived{"metering.last_archived_month", R"(
  select max(month) as month from archived_month where restored_at is null)"};

// $6 to $8 say which events could count for the meter.
constexpr store::Statement kOpenEvents{"metering.open_query_events", R"(
  declare query_events no scroll cursor for
  select e.customer_id, e.subject, e.occurred_at, e.data
    from raw_event e
   where e.type = $1 and e.occurred_at >= $2 and e.occurred_at < $3
     and e.customer_id = any($4::bigint[])
     and ($5::text[] is null or e.subject = any($5::text[]))
     and (e.batch_id > $6 or e.occurred_at >= $8::timestamptz)
     and ($7::bigint is null or e.batch_id <= $7::bigint)
     and not exists (select from event_void v
                      where v.customer_id = e.customer_id and v.event_batch = e.batch_id
                        and v.event_seq = e.seq))"};
constexpr store::Statement kFetchEvents{"metering.fetch_query_events",
                                        "fetch 5000 from query_events"};
constexpr store::Statement kCloseEvents{"metering.close_query_events", "close query_events"};

constexpr store::Statement kVoided{"metering.voided_quarter_hours", R"(
  select customer_id, occurred_at from event_void
   where type = $1 and occurred_at >= $2 and occurred_at < $3
     and customer_id = any($4::bigint[])
     and ($5::text[] is null or subject = any($5::text[])))"};

constexpr store::Statement kTotals{"metering.query_totals", R"(
  with known as (
    select customer_id, subject, dimensions, bucket, event_count, value_sum, value_min, value_max
      from usage_total
     where meter = $1 and bucket >= $2 and bucket < $3
       and customer_id = any($4::bigint[])
       and ($5::text[] is null or subject = any($5::text[]))
    union all
    select d.customer_id, d.subject, d.dimensions, d.bucket, d.event_count, d.value_sum,
           d.value_min, d.value_max
      from ingest_batch b join usage_delta d on d.batch_id = b.batch_id
     where b.cut is null and d.meter = $1 and d.bucket >= $2 and d.bucket < $3
       and d.customer_id = any($4::bigint[])
       and ($5::text[] is null or d.subject = any($5::text[]))
  )
  select width_bucket(bucket, $6::timestamptz[]) as place,
         case when $7::boolean then customer_id else 0 end as customer_id,
         case when $8::boolean then subject else '' end as subject,
         case when $9::boolean then dimensions else '' end as dimensions,
         sum(event_count)::bigint as event_count, sum(value_sum) as value_sum,
         min(value_min) as value_min, max(value_max) as value_max,
         min(bucket) as first_bucket, max(bucket) as last_bucket
    from known k
   where not exists (select from unnest($10::bigint[], $11::timestamptz[]) as x(customer_id, bucket)
                      where x.customer_id = k.customer_id and x.bucket = k.bucket)
   group by 1, 2, 3, 4
  having sum(event_count) > 0
   limit $12)"};

constexpr store::Statement kExtent{"metering.extent_of_totals", R"(
  select min(bucket) as first_bucket, max(bucket) as last_bucket from (
    select bucket from usage_total
     where meter = $1 and customer_id = any($2::bigint[])
       and ($3::text[] is null or subject = any($3::text[]))
    union all
    select d.bucket from ingest_batch b join usage_delta d on d.batch_id = b.batch_id
     where b.cut is null and d.meter = $1
       and d.customer_id = any($2::bigint[])
       and ($3::text[] is null or d.subject = any($3::text[]))) known)"};

/// Events are sent a little late or early: what a month of receipt holds may have occurred a day
/// behind its end.
constexpr std::chrono::days kArchiveSlack{1};

void refuse_archived(store::Connection& connection, const time::Period& time) {
  const auto month = connection.query(kArchived).only().optional_text("month");
  if (!month) return;
  const time::Date first = time::parse_date(*month + "-01");
  const time::Instant until = time::Zone::utc().start_of(first + std::chrono::months(1));
  if (time.starts_at >= until + kArchiveSlack) return;
  throw EventsArchived(
      fmt::format("the single events of {} are needed, and those received until the end of {} are "
                  "archived: bring them back, or ask for whole quarter hours",
                  time::to_string(time.starts_at), *month));
}

}  // namespace

UsageScope scope_of(store::Connection& connection, const domain::Meter& meter,
                    const MeterLife& life, const MeterQuery& query) {
  UsageScope scope{meter, life, {}, query.subjects};
  if (query.customers) {
    scope.customers = *query.customers;
    return scope;
  }
  for (const store::Row& row : connection.query(kOwners, {query.subjects})) {
    scope.customers.push_back({row.int64("customer_id")});
  }
  return scope;
}

void read_events(store::Connection& connection, const UsageScope& scope, const time::Period& time,
                 const std::function<void(const ReadEvent&)>& take) {
  refuse_archived(connection, time);
  const meters::MeterReader reader({scope.meter});
  const domain::Meter& meter = reader.meters().front();
  connection.execute(
      kOpenEvents, {meter.event_type, time.starts_at, time.ends_at, scope.customers, scope.subjects,
                    scope.life.since_batch, scope.life.until_batch, scope.life.computed_from});
  for (;;) {
    const store::Rows rows = connection.query(kFetchEvents);
    for (const store::Row& row : rows) {
      const std::string subject = row.text("subject");
      auto value =
          reader.read_one(meter, meter.event_type, subject, text::parse_json(row.text("data")));
      if (!value) continue;
      take({{row.int64("customer_id")},
            subject,
            row.instant("occurred_at"),
            std::move(value->dimensions),
            value->value});
    }
    if (rows.empty()) break;
  }
  connection.execute(kCloseEvents);
}

std::vector<CustomerBucket> voided_buckets(store::Connection& connection, const UsageScope& scope,
                                           const time::Period& time) {
  std::set<CustomerBucket> buckets;
  for (const store::Row& row :
       connection.query(kVoided, {scope.meter.event_type, time.starts_at, time.ends_at,
                                  scope.customers, scope.subjects})) {
    buckets.insert({{row.int64("customer_id")}, usage::bucket_of(row.instant("occurred_at"))});
  }
  return {buckets.begin(), buckets.end()};
}

void read_totals(store::Connection& connection, const UsageScope& scope, const time::Period& time,
                 const std::vector<time::Instant>& starts, const TotalsBy& by,
                 const std::vector<CustomerBucket>& except,
                 const std::function<void(const ReadTotal&)>& take) {
  std::vector<CustomerId> except_customers;
  std::vector<time::Instant> except_buckets;
  for (const CustomerBucket& bucket : except) {
    except_customers.push_back(bucket.customer);
    except_buckets.push_back(bucket.bucket);
  }
  const store::Rows rows =
      connection.query(kTotals, {scope.meter.name, time.starts_at, time.ends_at, scope.customers,
                                 scope.subjects, starts, by.customer, by.subject, by.dimensions,
                                 except_customers, except_buckets, kTotalsMax + 1});
  if (rows.size() > static_cast<std::size_t>(kTotalsMax)) {
    throw TooManyRows(
        fmt::format("more than {} groups would be read: ask for a shorter time, longer windows or "
                    "fewer groups",
                    kTotalsMax));
  }
  for (const store::Row& row : rows) {
    const usage::Fold fold{row.int64("event_count"), row.decimal("value_sum"),
                           row.optional_decimal("value_min").value_or(0),
                           row.optional_decimal("value_max").value_or(0)};
    take({static_cast<std::size_t>(row.int64("place") - 1),
          {row.int64("customer_id")},
          row.text("subject"),
          row.text("dimensions"),
          fold,
          row.instant("first_bucket"),
          row.instant("last_bucket")});
  }
}

std::optional<time::Period> extent_of_totals(store::Connection& connection,
                                             const UsageScope& scope) {
  const store::Row row =
      connection.query(kExtent, {scope.meter.name, scope.customers, scope.subjects}).only();
  const auto first = row.optional_instant("first_bucket");
  if (!first) return std::nullopt;
  return time::Period{*first, row.instant("last_bucket") + usage::kBucket};
}

}  // namespace reckoner::metering
