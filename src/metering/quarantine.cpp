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

constexpr store::Statement kList{"metering.list_quarantine", R"(
  select namespace, source, event_id, subject, reason, content, first_at, last_at, deliveries
    from quarantine where state = 'open'
   order by last_at desc, namespace, key, digest limit $1)"};

constexpr store::Statement kStore{"metering.store_quarantine", R"(
  insert into quarantine (namespace, key, digest, reason, source, event_id, subject, content,
                          deliveries, first_at, last_at)
  select entry.*, $10::timestamptz, $10::timestamptz
    from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::text[], $9::bigint[]) entry
  on conflict (key, namespace, digest) do update
     set reason = excluded.reason,
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

void store_entries(store::Connection& connection, std::span<const Entry> entries,
                   time::Instant received_at) {
  std::vector<std::string_view> namespaces, sources, ids, subjects, reasons;
  std::vector<store::Uuid> keys, digests;
  std::vector<std::string> contents;
  std::vector<std::int64_t> deliveries;
  for (const Entry& entry : entries) {
    const Delivery& delivery = entry.last->delivery;
    const UsageEvent& event = *delivery.event;
    namespaces.push_back(event.namespace_name);
    keys.push_back({delivery.key});
    digests.push_back({delivery.digest});
    reasons.push_back(entry.last->reason);
    sources.push_back(event.source);
    ids.push_back(event.id);
    subjects.push_back(event.subject);
    contents.push_back(to_cloud_event(event));
    deliveries.push_back(entry.deliveries);
  }
  connection.execute(kStore, {namespaces, keys, digests, reasons, sources, ids, subjects, contents,
                              deliveries, received_at});
}
}  // namespace

std::vector<QuarantinedEvent> list_quarantine(store::Connection& connection, std::int64_t limit) {
  std::vector<QuarantinedEvent> events;
  for (const auto row : connection.query(kList, {limit})) {
    events.push_back({row.text("namespace"), row.text("source"), row.text("event_id"),
                      row.text("subject"), row.text("reason"), row.text("content"),
                      row.instant("first_at"), row.instant("last_at"), row.int64("deliveries")});
  }
  return events;
}

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

void store_poison(store::Connection& connection, std::span<const PoisonMessage> messages,
                  time::Instant received_at) {
  constexpr store::Statement kStorePoison{"metering.store_poison", R"(
    insert into quarantine (namespace, key, digest, reason, source, event_id, subject, content, bytes,
                            deliveries, first_at, last_at)
    values ($1, $2::uuid, $3::uuid, $4, $5, $6, '', '', $7, 1, $8, $8)
    on conflict (key, namespace, digest) do update
       set reason = excluded.reason, state = 'open',
           last_at = greatest(quarantine.last_at, excluded.last_at),
           deliveries = quarantine.deliveries + 1)"};
  for (const PoisonMessage& message : messages) {
    const Sha256 hash = sha256(message.bytes);
    store::Uuid digest{};
    std::copy_n(hash.begin(), digest.bytes.size(), digest.bytes.begin());
    connection.execute(kStorePoison, {message.namespace_name,
                                      store::Uuid{key_of(message.source, message.position)}, digest,
                                      message.reason, message.source, message.position,
                                      store::Bytes(message.bytes), received_at});
  }
}

}  // namespace reckoner::metering
