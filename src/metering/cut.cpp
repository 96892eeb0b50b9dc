#include "metering/cut.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "store/distribution.hpp"
#include "store/silence.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {

namespace {
constexpr store::Statement kLockCounter{"metering.lock_cut_counter",
                                        "select cut from cut_counter for update"};

// The snapshot of this statement says which batches are in the cut, and is taken behind the lock.
constexpr store::Statement kClaimBatches{"metering.claim_batches", R"(
  update ingest_batch set cut = $1 where cut is null returning batch_id)"};

// Where a void took something back, the extremes are unknown and stay so.
constexpr store::Statement kFoldDeltas{"metering.fold_deltas", R"(
  insert into usage_total (customer_id, bucket, meter, subject, dimensions, cut,
                           event_count, value_sum, value_min, value_max)
  select customer_id, bucket, meter, subject, dimensions, $1::bigint,
         sum(event_count)::bigint, sum(value_sum),
         case when count(value_min) = count(*) then min(value_min) end,
         case when count(value_max) = count(*) then max(value_max) end
    from usage_delta where batch_id = any($2::bigint[])
   group by customer_id, bucket, meter, subject, dimensions)"};

// What carries over changes all that comes later; a heartbeat also the time around it, up to its
// gap.
constexpr store::Statement kNoteTouches{"metering.note_touches", R"(
  insert into cut_touch (customer_id, cut, first_at, last_at)
  select customer_id, $1::bigint, min(bucket - make_interval(secs => reach_seconds)),
         case when bool_or(carries) then timestamptz 'infinity'
              else max(bucket + make_interval(secs => reach_seconds)) end
    from usage_delta where batch_id = any($2::bigint[]) group by customer_id)"};

constexpr store::Statement kDropDeltas{"metering.drop_deltas", R"(
  delete from usage_delta where batch_id = any($1::bigint[]))"};

constexpr store::Statement kWriteCut{"metering.write_cut",
                                     "insert into cut (cut, closed_at) values ($1, $2)"};
constexpr store::Statement kSetCounter{"metering.set_cut_counter",
                                       "update cut_counter set cut = $1"};

// A statement of its own behind the lock: it sees the run whose writer held the lock before.
constexpr store::Statement kReadHorizon{"metering.read_merge_horizon", R"(
  select least(cut, (select min(cut) from engine_run where state = 'running'),
                    (select min(cut) from held where state = 'open')) as horizon, merged
    from cut_counter)"};

// Rows of one total with several cuts lie where a customer was touched since cut $2, up to which
// they were merged. What was touched once before anything was ever merged has one cut. The last of
// the next $4 such customers above $3.
constexpr store::Statement kNextSlice{"metering.next_slice_to_merge", R"(
  select max(customer_id) as last_customer
    from (select customer_id from cut_touch where cut <= $1 and cut > $2 and customer_id > $3
           group by customer_id having count(*) > 1 or $2 > 0
           order by customer_id limit $4) touched)"};

// Of the customers above $3 up to $4. The latest row of a total takes up the others, which go.
constexpr store::Statement kMergeTotals{"metering.merge_totals", R"(
  update usage_total t
     set event_count = s.event_count, value_sum = s.value_sum, value_min = s.value_min,
         value_max = s.value_max
    from (select t.customer_id, t.bucket, t.meter, t.subject, t.dimensions, max(t.cut) as cut,
                 sum(event_count)::bigint as event_count, sum(value_sum) as value_sum,
                 case when count(value_min) = count(*) then min(value_min) end as value_min,
                 case when count(value_max) = count(*) then max(value_max) end as value_max
            from usage_total t
            join (select customer_id, min(first_at) as first_at, max(last_at) as last_at
                    from cut_touch
                   where cut <= $1 and cut > $2 and customer_id > $3 and customer_id <= $4
                   group by customer_id) touched
              on touched.customer_id = t.customer_id
             and t.bucket between touched.first_at and touched.last_at
           where t.cut <= $1
           group by t.customer_id, t.bucket, t.meter, t.subject, t.dimensions
          having count(*) > 1) s
   where t.customer_id = s.customer_id and t.bucket = s.bucket and t.meter = s.meter
     and t.subject = s.subject and t.dimensions = s.dimensions and t.cut = s.cut)"};

constexpr store::Statement kDropMerged{"metering.drop_merged_totals", R"(
  delete from usage_total t
   using (select t.customer_id, t.bucket, t.meter, t.subject, t.dimensions, max(t.cut) as cut
            from usage_total t
            join (select customer_id, min(first_at) as first_at, max(last_at) as last_at
                    from cut_touch
                   where cut <= $1 and cut > $2 and customer_id > $3 and customer_id <= $4
                   group by customer_id) touched
              on touched.customer_id = t.customer_id
             and t.bucket between touched.first_at and touched.last_at
           where t.cut <= $1
           group by t.customer_id, t.bucket, t.meter, t.subject, t.dimensions
          having count(*) > 1) s
   where t.customer_id = s.customer_id and t.bucket = s.bucket and t.meter = s.meter
     and t.subject = s.subject and t.dimensions = s.dimensions and t.cut < s.cut)"};

constexpr std::int64_t kMergedCustomers = 1000;

constexpr store::Statement kSetMerged{"metering.set_merged",
                                      "update cut_counter set merged = greatest(merged, $1)"};

// A note is needed while a billed period that it overlaps was billed without knowing it. last_at is
// the start of the last bucket touched.
constexpr store::Statement kDropTouches{"metering.drop_cut_touches", R"(
  delete from cut_touch c
   where c.cut <= $1
     and not exists (select from billing_period p
                      where p.customer_id = c.customer_id and p.billed_cut < c.cut
                        and p.starts_at < c.last_at + interval '15 minutes'
                        and p.ends_at > c.first_at))"};

// Whoever compares months with budgets reads notes up to that cut. After two hours without a look
// nobody does: the next one looks at everybody.
constexpr store::Statement kLooked{"metering.read_budget_look", R"(
  select cut from budget_look
   where looked_at > (select max(closed_at) from cut) - interval '2 hours')"};
}  // namespace

std::int64_t close_cut(store::Connection& connection, time::Instant now) {
  store::Transaction transaction(connection);
  store::limit_silence(connection);
  const std::int64_t cut = close_cut_within(connection, now);
  RK_FAILPOINT("cut.before-commit");
  transaction.commit();
  RK_FAILPOINT("cut.after-commit");
  return cut;
}

std::int64_t close_cut_within(store::Connection& connection, time::Instant now) {
  RK_CHECK(connection.in_transaction());
  const std::int64_t last = connection.query(kLockCounter).only().int64("cut");
  const std::int64_t cut = last + 1;
  std::vector<std::int64_t> batches;
  for (const auto row : connection.query(kClaimBatches, {cut})) {
    batches.push_back(row.int64("batch_id"));
  }
  RK_FAILPOINT("cut.after-claim");
  if (batches.empty()) return last;
  store::await_second_phases(connection);
  connection.execute(kFoldDeltas, {cut, batches});
  connection.execute(kNoteTouches, {cut, batches});
  connection.execute(kDropDeltas, {batches});
  RK_FAILPOINT("cut.after-fold");
  connection.execute(kWriteCut, {cut, now});
  connection.execute(kSetCounter, {cut});
  return cut;
}

void merge_totals(store::Connection& connection) {
  // No later run or cut lies below this horizon: what is merged up to it stays right meanwhile.
  std::int64_t horizon = 0;
  std::int64_t merged = 0;
  {
    store::Transaction transaction(connection);
    store::limit_silence(connection);
    connection.query(kLockCounter);
    const store::Row row = connection.query(kReadHorizon).only();
    horizon = row.int64("horizon");
    merged = row.int64("merged");
    transaction.commit();
  }
  for (std::int64_t above = 0;;) {
    store::Transaction transaction(connection);
    store::limit_silence(connection);
    connection.query(kLockCounter);  // one merges at a time
    const auto through = connection.query(kNextSlice, {horizon, merged, above, kMergedCustomers})
                             .only()
                             .optional_int64("last_customer");
    if (!through) break;
    if (connection.execute(kMergeTotals, {horizon, merged, above, *through}) > 0) {
      connection.execute(kDropMerged, {horizon, merged, above, *through});
    }
    transaction.commit();
    above = *through;
  }
  store::Transaction transaction(connection);
  store::limit_silence(connection);
  connection.execute(kSetMerged, {horizon});
  const auto looked = connection.query(kLooked).at_most_one();
  connection.execute(kDropTouches, {looked ? std::min(horizon, looked->int64("cut")) : horizon});
  RK_FAILPOINT("merge.before-commit");
  transaction.commit();
}

}  // namespace reckoner::metering
