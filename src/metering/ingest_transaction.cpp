#include "metering/ingest_transaction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "metering/meter_life.hpp"
#include "metering/quarantine.hpp"
#include "metering/subject_owners.hpp"
#include "store/copy.hpp"

namespace reckoner::metering {

namespace {

// The lock comes first: who changes meters waits for the batches that have a number, and later ones
// get higher ones. Until the transaction ends PostgreSQL looks rows up by their keys, whatever its
// statistics say: a batch has few events where tables have many rows.
constexpr store::Statement kOpenBatch{"metering.open_batch", R"(
  select pg_advisory_xact_lock_shared($1) is null as locked,
         set_config('plan_cache_mode',
                    case when exists (select from pg_extension where extname = 'citus') then 'auto'
                         else 'force_generic_plan' end, true),
         set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
         set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true),
         nextval('ingest_batch_batch_id_seq') as batch_id,
         exists (select from quarantine where state = 'open') as has_quarantine)"};

constexpr store::Statement kStoreBatch{"metering.store_batch", R"(
  with batch as (
    insert into ingest_batch (batch_id, source, received_at, received, counted, duplicate, quarantined)
    overriding system value
    select $1::bigint, $2, $3::timestamptz, sum(received)::bigint, sum(counted)::bigint,
           sum(duplicate)::bigint, sum(quarantined)::bigint
      from unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
             tally (received, counted, duplicate, quarantined)
  )
  insert into ingest_tally (batch_id, namespace, received_at, received, counted, duplicate, quarantined)
  select $1::bigint, tally.namespace, $3::timestamptz, received, counted, duplicate, quarantined
    from unnest($4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
           tally (namespace, received, counted, duplicate, quarantined))"};

constexpr store::Statement kMovePositions{"metering.move_kafka_positions", R"(
  insert into kafka_position (topic, partition, next_offset, updated_at)
  select position.*, $4::timestamptz from unnest($1::text[], $2::int[], $3::bigint[]) position
   order by 1, 2
  on conflict (topic, partition) do update
     set next_offset = excluded.next_offset, updated_at = excluded.updated_at
   where kafka_position.next_offset < excluded.next_offset)"};

Delivery entry_of(const Arrival& arrival) {
  return {arrival.event, arrival.key, arrival.digest};
}

}  // namespace

IngestTransaction::IngestTransaction(store::Connection& connection, std::string_view source,
                                     time::Instant received_at, KeyPath path)
    : connection_(connection), source_(source), received_at_(received_at), path_(path) {
  RK_CHECK(connection.in_transaction());
  const auto row = connection.query(kOpenBatch, {kMetersLock}).only();
  batch_id_ = row.int64("batch_id");
  has_quarantine_ = row.boolean("has_quarantine");
}

void IngestTransaction::find_customers(std::span<Arrival* const> arrivals) {
  SubjectOwners owners(connection_);
  owners.load(arrivals);
  for (Arrival* arrival : arrivals) {
    const UsageEvent& event = *arrival->event;
    if (const auto owner = owners.owner(event)) {
      arrival->customer = *owner;
    } else if (arrival->reading.problem.empty()) {
      arrival->reading.problem = fmt::format("no customer has the subject '{}' at {}",
                                             event.subject, time::to_string(event.occurred_at));
    }
  }
}

/// Takes the keys of those that can be counted; gives the rest, whose key somebody else has or who
/// have a problem.
std::vector<Arrival*> IngestTransaction::settle_new(std::span<Arrival* const> sorted) {
  std::vector<Arrival*> first;   // of each key that can be counted
  std::vector<Arrival*> behind;  // the same keys again
  std::vector<Arrival*> rest;
  for (Arrival* arrival : sorted) {
    if (!arrival->reading.problem.empty()) {
      rest.push_back(arrival);
    } else if (!first.empty() && has_same_key(*first.back(), *arrival)) {
      behind.push_back(arrival);
    } else {
      first.push_back(arrival);
    }
  }
  take_keys(connection_, first, batch_id_, path_);
  RK_FAILPOINT("ingest.after-keys");
  std::vector<Arrival*> counted;
  for (Arrival* arrival : first) {
    (arrival->outcome == Arrival::Outcome::kCounted ? counted : rest).push_back(arrival);
  }
  count(counted);
  RK_FAILPOINT("ingest.after-events");
  rest.insert(rest.end(), behind.begin(), behind.end());
  return rest;
}

void IngestTransaction::take(std::span<Arrival* const> arrivals) {
  for (Arrival* arrival : arrivals) {
    if (arrival->seq < 0) arrival->seq = next_seq_++;
  }
  std::vector<Arrival*> sorted(arrivals.begin(), arrivals.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Arrival* a, const Arrival* b) { return comes_before(*a, *b); });
  const std::vector<Arrival*> rest = settle_new(sorted);
  settle_by_known_keys(connection_, rest);

  std::vector<RefusedDelivery> refused;
  std::vector<Delivery> known;
  for (const Arrival* arrival : sorted) {
    if (arrival->outcome == Arrival::Outcome::kQuarantined) {
      refused.push_back({entry_of(*arrival), arrival->reading.problem});
    } else if (has_quarantine_) {
      known.push_back(entry_of(*arrival));
    }
  }
  release_quarantine(connection_, known);
  store_quarantine(connection_, refused, received_at_);
  RK_FAILPOINT("ingest.after-quarantine");
  tally(arrivals);
}

void IngestTransaction::count(std::span<Arrival* const> counted) {
  if (counted.empty()) return;
  store::BinaryCopy copy(connection_, "metering.copy_events", "raw_event",
                         {"customer_id", "batch_id", "seq", "namespace", "source", "event_id",
                          "type", "subject", "occurred_at", "data"});
  for (const Arrival* arrival : counted) {
    const UsageEvent& event = *arrival->event;
    copy.row()
        .add(arrival->customer)
        .add(batch_id_)
        .add(arrival->seq)
        .add(event.namespace_name)
        .add(event.source)
        .add(event.id)
        .add(event.type)
        .add(event.subject)
        .add(event.occurred_at)
        .add(arrival->data)
        .end();
    for (const meters::MeterValue& value : arrival->reading.values) {
      deltas_.add(arrival->customer, event, value);
      points_.add(arrival->customer, event, arrival->seq, value);
    }
  }
  copy.finish();
}

void IngestTransaction::tally(std::span<Arrival* const> arrivals) {
  for (const Arrival* arrival : arrivals) {
    const std::string& name = arrival->event->namespace_name;
    auto found = tallies_.find(name);
    if (found == tallies_.end()) found = tallies_.emplace(name, IngestCounts()).first;
    IngestCounts& counts = found->second;
    ++counts.received;
    counts.counted += arrival->outcome == Arrival::Outcome::kCounted;
    counts.duplicate += arrival->outcome == Arrival::Outcome::kDuplicate;
    counts.quarantined += arrival->outcome == Arrival::Outcome::kQuarantined;
  }
}

void IngestTransaction::take(std::span<const PoisonMessage> poison) {
  store_poison(connection_, poison, received_at_);
  for (const PoisonMessage& message : poison) {
    IngestCounts& counts = tallies_[message.namespace_name];
    ++counts.received;
    ++counts.quarantined;
  }
}

void IngestTransaction::take(std::span<const KafkaPosition> positions) {
  if (positions.empty()) return;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> last;
  for (const KafkaPosition& position : positions) {
    std::int64_t& next = last[{position.topic, position.partition}];
    next = std::max(next, position.next_offset);
  }
  std::vector<std::string> topics;
  std::vector<std::int64_t> partitions, offsets;
  for (const auto& [partition, next] : last) {
    topics.push_back(partition.first);
    partitions.push_back(partition.second);
    offsets.push_back(next);
  }
  connection_.execute(kMovePositions, {topics, partitions, offsets, received_at_});
}

IngestCounts IngestTransaction::finish() {
  IngestCounts sum;
  if (tallies_.empty()) return sum;
  deltas_.store(connection_, batch_id_);
  points_.store(connection_, batch_id_);
  std::vector<std::string> namespaces;
  std::vector<std::int64_t> received, counted, duplicate, quarantined;
  for (const auto& [name, counts] : tallies_) {
    namespaces.push_back(name);
    received.push_back(counts.received);
    counted.push_back(counts.counted);
    duplicate.push_back(counts.duplicate);
    quarantined.push_back(counts.quarantined);
    sum += counts;
  }
  connection_.execute(kStoreBatch, {batch_id_, source_, received_at_, namespaces, received, counted,
                                    duplicate, quarantined});
  return sum;
}

}  // namespace reckoner::metering
