#include "metering/arrivals.hpp"

#include <algorithm>

namespace reckoner::metering {

namespace {

constexpr std::chrono::hours kLookedAt{1};
constexpr std::chrono::minutes kLately{1};
/// Batches get their numbers a little before or after others that were received at the same time.
constexpr std::int64_t kOutOfOrder = 1'000;

constexpr store::Statement kRange{"metering.range_of_batches", R"(
  select coalesce(min(batch_id), 1) as first, coalesce(max(batch_id), 0) as last from ingest_batch)"};

// The batch at or behind a number: numbers may be missing.
constexpr store::Statement kReceivedAt{"metering.batch_received_at", R"(
  select batch_id, received_at from ingest_batch where batch_id >= $1 order by batch_id limit 1)"};

constexpr store::Statement kMinutes{"metering.arrivals_by_minute", R"(
  select date_trunc('minute', received_at) as at, sum(received)::bigint as received,
         sum(counted)::bigint as counted, sum(duplicate)::bigint as duplicate,
         sum(quarantined)::bigint as quarantined,
         coalesce(sum(received) filter (where received_at > $3), 0)::bigint as lately
    from ingest_batch where batch_id >= $1 and received_at > $2
   group by 1 order by 1)"};

constexpr store::Statement kSources{"metering.arrivals_by_source", R"(
  select source, sum(received)::bigint as received, sum(counted)::bigint as counted,
         sum(duplicate)::bigint as duplicate, sum(quarantined)::bigint as quarantined,
         max(received_at) as last_at
    from ingest_batch where batch_id >= $1 and received_at > $2
   group by source order by 2 desc, source limit 50)"};

constexpr store::Statement kCut{"metering.last_cut", R"(
  select c.cut, k.closed_at from cut_counter c left join cut k on k.cut = c.cut)"};

constexpr store::Statement kPositions{"metering.kafka_positions", R"(
  select topic, partition, next_offset, updated_at from kafka_position order by topic, partition)"};

/// A batch before which none was received since: by halves, since numbers rise with time.
std::int64_t first_batch_since(store::Connection& connection, time::Instant since) {
  const store::Row range = connection.query(kRange).only();
  std::int64_t low = range.int64("first");
  std::int64_t high = range.int64("last") + 1;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const auto row = connection.query(kReceivedAt, {middle}).at_most_one();
    if (row && row->instant("received_at") <= since) {
      low = std::max(middle, row->int64("batch_id")) + 1;
    } else {
      high = middle;
    }
  }
  return low - kOutOfOrder;
}

Arrivals::Counts counts_of(const store::Row& row) {
  return {.received = row.int64("received"),
          .counted = row.int64("counted"),
          .duplicate = row.int64("duplicate"),
          .quarantined = row.int64("quarantined")};
}

}  // namespace

Arrivals recent_arrivals(store::Connection& connection, time::Instant now) {
  const time::Instant since = now - kLookedAt;
  const std::int64_t first = first_batch_since(connection, since);
  Arrivals arrivals;
  for (const store::Row& row : connection.query(kMinutes, {first, since, now - kLately})) {
    arrivals.minutes.push_back({row.instant("at"), counts_of(row)});
    arrivals.last_minute += row.int64("lately");
  }
  for (const store::Row& row : connection.query(kSources, {first, since})) {
    arrivals.sources.push_back({row.text("source"), counts_of(row), row.instant("last_at")});
  }
  return arrivals;
}

LastCut last_cut(store::Connection& connection) {
  const store::Row row = connection.query(kCut).only();
  return {row.int64("cut"), row.optional_instant("closed_at")};
}

std::vector<KafkaPosition> kafka_positions(store::Connection& connection) {
  std::vector<KafkaPosition> positions;
  for (const store::Row& row : connection.query(kPositions)) {
    positions.push_back({row.text("topic"), row.int64("partition"), row.int64("next_offset"),
                         row.instant("updated_at")});
  }
  return positions;
}

}  // namespace reckoner::metering
