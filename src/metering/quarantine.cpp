#include "metering/quarantine.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/hash.hpp"
#include "metering/cloud_event.hpp"
#include "metering/intake.hpp"

namespace reckoner::metering {

namespace {
/// Rows of one statement. Quarantined rows carry whole events, which may be long.
constexpr std::size_t kStoreChunk = 1'000;
constexpr std::size_t kReleaseChunk = 10'000;

// A row's deliveries are also told by the day on which they came. What was dropped comes back.
constexpr store::Statement kStore{"metering.store_quarantine", R"(
  with entry as (
    select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                         $7::text[], $8::text[], $9::bytea[], $10::bigint[])
             as e(namespace, key, digest, reason, source, event_id, subject, content, bytes,
                  deliveries)
  ), days as (
    insert into quarantine_day (namespace, key, digest, day, deliveries)
    select namespace, key, digest, ($11::timestamptz at time zone 'UTC')::date, deliveries
      from entry
    on conflict (key, namespace, digest, day) do update
       set deliveries = quarantine_day.deliveries + excluded.deliveries
  )
  insert into quarantine (namespace, key, digest, reason, source, event_id, subject, content,
                          bytes, deliveries, first_at, last_at)
  select entry.*, $11::timestamptz, $11::timestamptz from entry
  on conflict (key, namespace, digest) do update
     set reason = excluded.reason, state = 'open',
         last_at = greatest(quarantine.last_at, excluded.last_at),
         deliveries = quarantine.deliveries + excluded.deliveries)"};

constexpr store::Statement kRelease{"metering.release_quarantine", R"(
  update quarantine q set state = 'replayed'
    from unnest($1::text[], $2::uuid[], $3::uuid[]) counted (namespace, key, digest)
   where q.namespace = counted.namespace and q.key = counted.key and q.digest = counted.digest
     and q.state <> 'replayed')"};

/// The deliveries of one event with one content, the last one's reason.
struct Entry {
  const RefusedDelivery* last;
  std::int64_t deliveries = 0;
};
using EntryKey = std::tuple<std::string_view, EventKey, EventDigest>;

/// The columns of kStore.
struct Columns {
  std::vector<std::string_view> namespaces, sources, ids, subjects, reasons;
  std::vector<store::Uuid> keys, digests;
  std::vector<std::string> contents;
  std::vector<std::optional<store::Bytes>> bytes;
  std::vector<std::int64_t> deliveries;

  void store(store::Connection& connection, time::Instant received_at) const {
    connection.execute(kStore, {namespaces, keys, digests, reasons, sources, ids, subjects,
                                contents, bytes, deliveries, received_at});
  }
};

void store_entries(store::Connection& connection, std::span<const Entry> entries,
                   time::Instant received_at) {
  Columns columns;
  for (const Entry& entry : entries) {
    const Delivery& delivery = entry.last->delivery;
    const UsageEvent& event = *delivery.event;
    columns.namespaces.push_back(event.namespace_name);
    columns.keys.push_back({delivery.key});
    columns.digests.push_back({delivery.digest});
    columns.reasons.push_back(entry.last->reason);
    columns.sources.push_back(event.source);
    columns.ids.push_back(event.id);
    columns.subjects.push_back(event.subject);
    columns.contents.push_back(to_cloud_event(event));
    columns.bytes.push_back(std::nullopt);
    columns.deliveries.push_back(entry.deliveries);
  }
  columns.store(connection, received_at);
}

EventDigest digest_of_bytes(std::string_view bytes) {
  const Sha256 hash = sha256(bytes);
  EventDigest digest;
  std::copy_n(hash.begin(), digest.size(), digest.begin());
  return digest;
}
}  // namespace

void store_quarantine(store::Connection& connection, std::span<const RefusedDelivery> refused,
                      time::Instant received_at) {
  std::map<EntryKey, Entry> merged;
  for (const RefusedDelivery& one : refused) {
    const Delivery& delivery = one.delivery;
    Entry& entry = merged[{delivery.event->namespace_name, delivery.key, delivery.digest}];
    entry.last = &one;
    ++entry.deliveries;
  }
  std::vector<Entry> entries;
  for (const auto& [key, entry] : merged) entries.push_back(entry);
  for (std::size_t i = 0; i < entries.size(); i += kStoreChunk) {
    const std::size_t count = std::min(kStoreChunk, entries.size() - i);
    store_entries(connection, std::span(entries).subspan(i, count), received_at);
  }
}

void store_poison(store::Connection& connection, std::span<const PoisonMessage> messages,
                  time::Instant received_at) {
  std::map<EntryKey, std::pair<const PoisonMessage*, std::int64_t>> merged;
  for (const PoisonMessage& message : messages) {
    auto& entry = merged[{message.namespace_name, key_of(message.source, message.position),
                          digest_of_bytes(message.bytes)}];
    entry.first = &message;
    ++entry.second;
  }
  Columns columns;
  const auto store = [&] {
    if (!columns.keys.empty()) columns.store(connection, received_at);
    columns = {};
  };
  for (const auto& [key, entry] : merged) {
    const PoisonMessage& message = *entry.first;
    columns.namespaces.push_back(message.namespace_name);
    columns.keys.push_back({std::get<1>(key)});
    columns.digests.push_back({std::get<2>(key)});
    columns.reasons.push_back(message.reason);
    columns.sources.push_back(message.source);
    columns.ids.push_back(message.position);
    columns.subjects.push_back("");
    columns.contents.push_back("");
    columns.bytes.push_back(store::Bytes(message.bytes));
    columns.deliveries.push_back(entry.second);
    if (columns.keys.size() == kStoreChunk) store();
  }
  store();
}

void release_quarantine(store::Connection& connection, std::span<const Delivery> counted) {
  for (std::size_t i = 0; i < counted.size(); i += kReleaseChunk) {
    std::vector<std::string_view> namespaces;
    std::vector<store::Uuid> keys, digests;
    for (const Delivery& delivery :
         counted.subspan(i, std::min(kReleaseChunk, counted.size() - i))) {
      namespaces.push_back(delivery.event->namespace_name);
      keys.push_back({delivery.key});
      digests.push_back({delivery.digest});
    }
    connection.execute(kRelease, {namespaces, keys, digests});
  }
}

}  // namespace reckoner::metering
