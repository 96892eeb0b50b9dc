#include "metering/ingest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.hpp"
#include "metering/quarantine.hpp"
#include "metering/subject_owners.hpp"
#include "metering/usage_deltas.hpp"
#include "store/copy.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {

namespace {
constexpr std::size_t kChunk = 10'000;

constexpr store::Statement kOpenBatch{"metering.open_batch", R"(
  insert into ingest_batch (source, received_at, received, counted, duplicate, quarantined)
  values ($1, $2, 0, 0, 0, 0) returning batch_id)"};

constexpr store::Statement kCloseBatch{"metering.close_batch", R"(
  update ingest_batch set received = $2, counted = $3, duplicate = $4, quarantined = $5
   where batch_id = $1)"};

// Waits for another transaction that has inserted one of the keys and not committed yet.
constexpr store::Statement kTakeKeys{"metering.take_keys", R"(
  insert into event_key (namespace, key, digest, batch_id)
  select taken.*, $4::bigint from unnest($1::text[], $2::uuid[], $3::uuid[]) taken
  on conflict do nothing returning namespace, key)"};

// A statement behind kTakeKeys, so that its snapshot has the keys that kTakeKeys has waited for.
constexpr store::Statement kReadKeys{"metering.read_keys", R"(
  select namespace, key, digest
    from event_key join unnest($1::text[], $2::uuid[]) wanted (namespace, key)
                   using (namespace, key))"};

/// A key within its namespace.
using FullKey = std::pair<std::string, EventKey>;

FullKey full_key(const Delivery& delivery) {
  return {delivery.event->namespace_name, delivery.key};
}

/// A delivery on its way through a chunk.
struct Pending {
  Delivery delivery;
  std::string data;  ///< canonical
  meters::MeterReading reading;
  CustomerId customer;
};

/// The work of one transaction.
class Ingestion {
 public:
  Ingestion(store::Connection& connection, const meters::MeterReader& meters, std::int64_t batch_id)
      : connection_(connection), meters_(meters), batch_id_(batch_id), owners_(connection) {}

  /// The deliveries of a chunk are in the order of their keys.
  void take_in(std::span<const Delivery> chunk) {
    std::vector<Pending> pending = read(chunk);
    find_customers(pending);
    std::vector<Pending*> taken;
    std::vector<Pending*> rest;
    take_keys(pending, taken, rest);
    settle_rest(rest);
    count(taken);
  }

  IngestCounts finish(time::Instant received_at) {
    deltas_.store(connection_, batch_id_);
    release_quarantine(connection_, known_);
    store_quarantine(connection_, refused_, received_at);
    counts_.quarantined = static_cast<std::int64_t>(refused_.size());
    counts_.received = counts_.counted + counts_.duplicate + counts_.quarantined;
    connection_.execute(kCloseBatch, {batch_id_, counts_.received, counts_.counted,
                                      counts_.duplicate, counts_.quarantined});
    return counts_;
  }

 private:
  std::vector<Pending> read(std::span<const Delivery> chunk) const {
    std::vector<Pending> pending;
    pending.reserve(chunk.size());
    for (const Delivery& delivery : chunk) {
      const UsageEvent& event = *delivery.event;
      Pending& one = pending.emplace_back();
      one.delivery = delivery;
      one.data = text::canonical(event.data);
      one.delivery.digest = digest_of(event.type, event.subject, one.data);
      one.reading = meters_.read(event.type, event.subject, event.data);
    }
    return pending;
  }

  void find_customers(std::vector<Pending>& pending) {
    std::set<SubjectOwners::Subject> subjects;
    for (const Pending& one : pending) {
      subjects.emplace(one.delivery.event->namespace_name, one.delivery.event->subject);
    }
    owners_.load(subjects);
    for (Pending& one : pending) {
      const UsageEvent& event = *one.delivery.event;
      const auto owner = owners_.owner({event.namespace_name, event.subject}, event.occurred_at);
      if (owner) {
        one.customer = *owner;
      } else if (one.reading.problem.empty()) {
        one.reading.problem = fmt::format("no customer has the subject '{}' at {}", event.subject,
                                          time::to_string(event.occurred_at));
      }
    }
  }

  /// Takes the key of the first delivery of each that can be counted. The `rest` did not get its
  /// key.
  void take_keys(std::vector<Pending>& pending, std::vector<Pending*>& taken,
                 std::vector<Pending*>& rest) {
    std::map<FullKey, Pending*> candidates;
    for (Pending& one : pending) {
      const bool is_candidate = one.reading.problem.empty() &&
                                candidates.try_emplace(full_key(one.delivery), &one).second;
      if (!is_candidate) rest.push_back(&one);
    }
    std::vector<std::string_view> namespaces;
    std::vector<store::Uuid> keys, digests;
    for (const auto& [key, one] : candidates) {
      namespaces.push_back(key.first);
      keys.push_back({one->delivery.key});
      digests.push_back({one->delivery.digest});
    }
    if (keys.empty()) return;
    for (const auto row : connection_.query(kTakeKeys, {namespaces, keys, digests, batch_id_})) {
      const auto found = candidates.find({row.text("namespace"), row.uuid("key")});
      RK_CHECK(found != candidates.end());
      taken.push_back(found->second);
      candidates.erase(found);
    }
    for (const auto& [key, one] : candidates) rest.push_back(one);
  }

  /// Each is a duplicate of what has its key, or goes to quarantine.
  void settle_rest(const std::vector<Pending*>& rest) {
    if (rest.empty()) return;
    std::set<FullKey> wanted;
    for (const Pending* one : rest) wanted.insert(full_key(one->delivery));
    std::vector<std::string_view> namespaces;
    std::vector<store::Uuid> keys;
    for (const FullKey& key : wanted) {
      namespaces.push_back(key.first);
      keys.push_back({key.second});
    }
    std::map<FullKey, EventDigest> digests;
    for (const auto row : connection_.query(kReadKeys, {namespaces, keys})) {
      digests[{row.text("namespace"), row.uuid("key")}] = row.uuid("digest");
    }
    for (const Pending* one : rest) {
      const auto found = digests.find(full_key(one->delivery));
      if (found == digests.end()) {
        RK_CHECK(!one->reading.problem.empty());
        refused_.push_back({one->delivery, one->reading.problem});
      } else if (found->second == one->delivery.digest) {
        ++counts_.duplicate;
        known_.push_back(one->delivery);
      } else {
        refused_.push_back({one->delivery, "the source and id were counted with other content"});
      }
    }
  }

  void count(const std::vector<Pending*>& taken) {
    if (taken.empty()) return;
    store::Copy copy(connection_, "metering.copy_events", "raw_event",
                     {"customer_id", "batch_id", "namespace", "source", "event_id", "type",
                      "subject", "occurred_at", "data"});
    for (const Pending* one : taken) {
      const UsageEvent& event = *one->delivery.event;
      copy.row()
          .add(one->customer)
          .add(batch_id_)
          .add(event.namespace_name)
          .add(event.source)
          .add(event.id)
          .add(event.type)
          .add(event.subject)
          .add(event.occurred_at)
          .add(one->data)
          .end();
      for (const meters::MeterValue& value : one->reading.values) {
        deltas_.add(one->customer, event, value);
      }
      known_.push_back(one->delivery);
    }
    copy.finish();
    counts_.counted += static_cast<std::int64_t>(taken.size());
  }

  store::Connection& connection_;
  const meters::MeterReader& meters_;
  const std::int64_t batch_id_;
  SubjectOwners owners_;
  UsageDeltas deltas_;
  std::vector<Delivery> known_;  ///< counted now or before
  std::vector<RefusedDelivery> refused_;
  IngestCounts counts_;
};

/// In the order in which every writer takes keys; deliveries of one key in the order they came.
/// Digests are not there yet.
std::vector<Delivery> sorted_deliveries(std::span<const UsageEvent> events) {
  std::vector<Delivery> deliveries;
  deliveries.reserve(events.size());
  for (const UsageEvent& event : events) {
    check(event);
    deliveries.push_back({&event, key_of(event.source, event.id), {}});
  }
  std::stable_sort(deliveries.begin(), deliveries.end(), [](const Delivery& a, const Delivery& b) {
    return std::tie(a.event->namespace_name, a.key) < std::tie(b.event->namespace_name, b.key);
  });
  return deliveries;
}
}  // namespace

IngestCounts ingest(store::Connection& connection, const meters::MeterReader& meters,
                    std::string_view source, std::span<const UsageEvent> events,
                    time::Instant received_at, const Progress& progress) {
  if (events.empty()) return {};
  const std::vector<Delivery> deliveries = sorted_deliveries(events);
  store::Transaction transaction(connection);
  const std::int64_t batch_id =
      connection.query(kOpenBatch, {source, received_at}).only().int64("batch_id");
  Ingestion ingestion(connection, meters, batch_id);
  for (std::size_t done = 0; done < deliveries.size();) {
    const std::size_t count = std::min(kChunk, deliveries.size() - done);
    ingestion.take_in(std::span(deliveries).subspan(done, count));
    done += count;
    if (progress) {
      progress(static_cast<std::int64_t>(done), static_cast<std::int64_t>(deliveries.size()));
    }
  }
  const IngestCounts counts = ingestion.finish(received_at);
  transaction.commit();
  return counts;
}

}  // namespace reckoner::metering
